//! Certificates, the host names that they are for, and those of authorities.

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::{Value, json};

use crate::driver::{NOBODY, Node};

/// One for `example.com`, with its key.
pub(crate) fn certificate() -> Value {
    let key = KeyPair::generate().unwrap();
    let cert = CertificateParams::new(["example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    json!({ "cert": cert.pem(), "key": key.serialize_pem() })
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn authority() -> String {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

fn path(collection: &str, record: &Value) -> String {
    format!("/{collection}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn names_in_the_body_become_snis_and_are_shown_sorted() {
    let node = Node::new().await;
    let made = node.given("/certificates", with(certificate(), "snis", json!(["b.com", "*.a.com"]))).await;
    assert_eq!(made["snis"], json!(["*.a.com", "b.com"]));
    assert_eq!(node.count("/snis").await, 2);
    assert_eq!(node.get(&path("certificates", &made)).await, (200, made.clone()));
    assert_eq!(node.get("/certificates").await.1["data"], json!([made]));
    assert_eq!(node.get("/snis/b.com").await.1["certificate"], json!({"id": made["id"]}));
    assert_eq!(node.get("/snis/b.com/certificate").await, (200, made.clone()));
    assert_eq!(node.count("/certificates/b.com/snis").await, 2);
    assert_eq!(node.given("/certificates", certificate()).await["snis"], json!([]));
}

#[tokio::test]
async fn a_certificate_is_found_by_any_of_its_names() {
    let node = Node::new().await;
    let made = node.given("/certificates", with(certificate(), "snis", json!(["a.com"]))).await;
    assert_eq!(node.get("/certificates/a.com").await, (200, made.clone()));
    let (status, body) = node.call("PATCH", "/certificates/a.com", json!({"tags": ["t"]})).await;
    assert_eq!((status, &body["id"], &body["snis"]), (200, &made["id"], &json!(["a.com"])));
    let missing = (404, json!({"message": "SNI not found"}));
    assert_eq!(node.get("/certificates/b.com").await, missing);
    assert_eq!(node.call("PATCH", "/certificates/b.com", json!({})).await, missing);
    assert_eq!(node.delete("/certificates/b.com").await, missing);
    assert_eq!(node.get(&format!("/certificates/{NOBODY}")).await.0, 404);
    assert_eq!(node.delete("/certificates/a.com").await.0, 204);
    assert_eq!(node.count("/snis").await, 0);
}

#[tokio::test]
async fn patch_and_put_replace_the_names_and_patch_without_names_keeps_them() {
    let node = Node::new().await;
    let body = certificate();
    let made = node.given("/certificates", with(body.clone(), "snis", json!(["a.com", "b.com"]))).await;
    let kept = node.get("/snis/b.com").await.1["id"].clone();
    let path = path("certificates", &made);
    let (_, changed) = node.call("PATCH", &path, json!({"snis": ["c.com", "b.com"]})).await;
    assert_eq!(changed["snis"], json!(["b.com", "c.com"]));
    assert_eq!(node.get("/snis/b.com").await.1["id"], kept);
    assert_eq!(node.get("/snis/a.com").await.0, 404);
    assert_eq!(node.call("PATCH", &path, json!({"tags": ["t"]})).await.1["snis"], json!(["b.com", "c.com"]));
    assert_eq!(node.call("PATCH", &path, json!({"snis": null})).await.1["snis"], json!([]));
    node.call("PATCH", &path, json!({"snis": ["a.com"]})).await;
    let (status, replaced) = node.call("PUT", &path, body).await;
    assert_eq!((status, &replaced["snis"]), (200, &json!([])));
}

#[tokio::test]
async fn put_under_a_name_makes_a_certificate_with_that_name() {
    let node = Node::new().await;
    let (status, made) = node.call("PUT", "/certificates/a.com", certificate()).await;
    assert_eq!((status, &made["snis"]), (200, &json!(["a.com"])));
    let (_, again) = node.call("PUT", "/certificates/a.com", with(certificate(), "snis", json!(["b.com"]))).await;
    assert_eq!((&again["id"], &again["snis"]), (&made["id"], &json!(["a.com", "b.com"])));
    let form = "snis[]=c.com&snis[]=d.com";
    let (status, formed) = node.form("PATCH", "/certificates/a.com", form).await;
    assert_eq!((status, &formed["snis"]), (200, &json!(["c.com", "d.com"])));
}

#[tokio::test]
async fn a_name_is_taken_once_and_nothing_is_stored_of_what_is_refused() {
    let node = Node::new().await;
    let made = node.given("/certificates", with(certificate(), "snis", json!(["a.com"]))).await;
    let refused = |text: String| json!({"snis": text});
    let (status, body) =
        node.call("POST", "/certificates", with(certificate(), "snis", json!(["b.com", "b.com"]))).await;
    assert_eq!((status, &body["fields"]), (400, &refused("b.com is duplicated".to_owned())));
    let (status, body) =
        node.call("POST", "/certificates", with(certificate(), "snis", json!(["b.com", "a.com"]))).await;
    let taken = format!("a.com already associated with existing certificate '{}'", made["id"].as_str().unwrap());
    assert_eq!((status, &body["fields"]), (400, &refused(taken)));
    assert_eq!((node.count("/certificates").await, node.count("/snis").await), (1, 1));
}

#[tokio::test]
async fn snis_are_records_of_their_own() {
    let node = Node::new().await;
    let made = node.given("/certificates", certificate()).await;
    let id = json!({"id": made["id"]});
    node.given("/snis", json!({"name": "a.com", "certificate": id})).await;
    let below = format!("{}/snis", path("certificates", &made));
    node.given(&below, json!({"name": "b.com"})).await;
    assert_eq!(node.get("/certificates/a.com").await.1["snis"], json!(["a.com", "b.com"]));
    assert_eq!(node.call("POST", "/snis", json!({"name": "a.com", "certificate": id})).await.0, 409);
    assert_eq!(node.delete("/certificates/a.com/snis/b.com").await.0, 204);
    assert_eq!(node.get("/certificates/a.com").await.1["snis"], json!(["a.com"]));
}

#[tokio::test]
async fn services_and_upstreams_refer_to_certificates() {
    let node = Node::new().await;
    let made = node.given("/certificates", certificate()).await;
    let id = json!({"id": made["id"]});
    let service = json!({"name": "s", "host": "h", "protocol": "https", "client_certificate": id});
    node.given("/services", service).await;
    node.given("/upstreams", json!({"name": "pool", "client_certificate": id})).await;
    let path = path("certificates", &made);
    for parent in ["/services/s", "/upstreams/pool"] {
        assert_eq!(node.get(&format!("{parent}/client_certificate")).await, (200, made.clone()));
    }
    assert_eq!(node.count(&format!("{path}/services")).await, 1);
    assert_eq!(node.count(&format!("{path}/upstreams")).await, 1);
    let (status, body) = node.delete(&path).await;
    assert_eq!((status, &body["code"], &body["fields"]), (400, &json!(4), &json!({"@referenced_by": "services"})));
    let nobody = json!({"host": "h", "protocol": "https", "client_certificate": {"id": NOBODY}});
    assert_eq!(node.call("POST", "/services", nobody).await.1["code"], 4);
}

#[tokio::test]
async fn an_authority_that_is_relied_upon_cannot_be_deleted() {
    let node = Node::new().await;
    let cert = authority();
    let made = node.given("/ca_certificates", json!({ "cert": cert })).await;
    assert_eq!(made["cert_digest"].as_str().map(str::len), Some(64));
    let (status, body) = node.call("POST", "/ca_certificates", json!({ "cert": cert })).await;
    assert_eq!((status, &body["fields"]["cert_digest"]), (409, &made["cert_digest"]));
    let service = json!({"name": "s", "host": "h", "protocol": "https", "ca_certificates": [made["id"]]});
    let service = node.given("/services", service).await;
    let path = path("ca_certificates", &made);
    let (status, body) = node.delete(&path).await;
    let (id, by) = (made["id"].as_str().unwrap(), service["id"].as_str().unwrap());
    let message = format!("ca certificate {id} is still referenced by services (id = {by})");
    assert_eq!((status, &body["code"], &body["message"]), (400, &json!(19), &json!(message)));
    node.call("PATCH", "/services/s", json!({"ca_certificates": null})).await;
    assert_eq!(node.delete(&path).await.0, 204);
    let nobody = json!({"host": "h", "protocol": "https", "ca_certificates": [NOBODY]});
    assert_eq!(node.call("POST", "/services", nobody).await.1["code"], 4);
}

#[tokio::test]
async fn a_certificate_without_a_name_is_found_by_its_id_only() {
    let node = Node::new().await;
    let (status, body) = node.get("/ca_certificates/root").await;
    assert_eq!((status, &body["code"], &body["fields"]), (400, &json!(1), &json!({"id": "expected a valid UUID"})));
}
