//! `/config`, and what a node without a database does with writes.

use gibbon_plugin_api::Directory;
use http::header::RETRY_AFTER;
use serde_json::{Value, json};

use crate::certificates::certificate;
use crate::driver::Node;

const FILE: &str = "_format_version: '3.0'\nservices: [{name: a, host: a.internal, routes: [{name: r, paths: [/r]}]}]\n\
                    consumers: [{username: ann, keyauth_credentials: [{key: k}]}]\n";

async fn post(node: &Node, target: &str, content_type: &str, body: &str) -> (u16, Value) {
    let answer = node.send("POST", target, content_type, body.to_owned()).await;
    (answer.status.as_u16(), answer.body.unwrap_or_default())
}

#[tokio::test]
async fn with_a_database_there_is_no_config_to_exchange() {
    let node = Node::new().await;
    let text = "this endpoint is only available when Kong is configured to not use a database";
    for method in ["GET", "POST"] {
        assert_eq!(node.call(method, "/config", json!({})).await, (400, json!({ "message": text })));
    }
}

#[tokio::test]
async fn a_configuration_is_taken_in_every_form_that_clients_send() {
    let document = json!({"_format_version": "3.0", "consumers": [{"username": "ann"}]});
    let yaml = "_format_version: '3.0'\nconsumers:\n- username: ann\n";
    let in_json = json!({ "config": yaml }).to_string();
    let multipart = format!(
        "--X\r\nContent-Disposition: form-data; name=\"config\"; filename=\"kong.yml\"\r\n\r\n{yaml}\r\n--X--\r\n"
    );
    let form = "config=_format_version%3A%20'3.0'%0Aconsumers%3A%0A-%20username%3A%20ann";
    let bodies = [
        ("application/json", document.to_string()),
        ("application/json", in_json),
        ("multipart/form-data; boundary=X", multipart),
        ("application/x-www-form-urlencoded", form.to_owned()),
        ("application/x-www-form-urlencoded", yaml.to_owned()),
        ("text/yaml", yaml.to_owned()),
        ("application/octet-stream", document.to_string()),
    ];
    for (content_type, body) in bodies {
        let node = Node::without_database().await;
        let (status, answer) = post(&node, "/config", content_type, &body).await;
        assert_eq!(status, 201, "{content_type}: {answer}");
        let (id, consumer) = answer["consumers"].as_object().unwrap().iter().next().unwrap();
        assert_eq!((&consumer["username"], consumer["id"].as_str()), (&json!("ann"), Some(id.as_str())));
        assert!(node.configuration.snapshot().consumer_named("ann").is_some(), "{content_type}");
    }
}

#[tokio::test]
async fn what_is_exchanged_is_live_at_once_and_the_whole() {
    let node = Node::without_database().await;
    assert_eq!(post(&node, "/config", "text/yaml", FILE).await.0, 201);
    let revision = node.configuration.snapshot().revision;
    assert_eq!(node.get("/consumers/ann/key-auth/k").await.0, 200);
    assert_eq!(node.get("/services/a/routes").await.1["data"].as_array().unwrap().len(), 1);
    let other = "_format_version: '3.0'\nconsumers: [{username: bob}]";
    assert_eq!(post(&node, "/config", "text/yaml", other).await.0, 201);
    let snapshot = node.configuration.snapshot();
    assert!(snapshot.consumer_named("bob").is_some() && snapshot.consumer_named("ann").is_none());
    assert_eq!(
        (node.count("/services").await, node.count("/key-auths").await, snapshot.revision),
        (0, 0, revision + 1)
    );
}

#[tokio::test]
async fn a_configuration_with_a_mistake_in_it_changes_nothing() {
    let node = Node::without_database().await;
    post(&node, "/config", "text/yaml", FILE).await;
    let wrong = "_format_version: '1.1'\nservices: [{port: -12}]\nconsumers: [{username: bob}]";
    let fields =
        json!({"services": [{"host": "required field missing", "port": "value should be between 0 and 65535"}]});
    let expected = json!({
        "code": 14,
        "name": "invalid declarative configuration",
        "message": "declarative config is invalid: {services={{host=\"required field missing\",port=\"value should be \
                    between 0 and 65535\"}}}",
        "fields": fields,
    });
    assert_eq!(post(&node, "/config", "text/yaml", wrong).await, (400, expected));
    assert!(node.configuration.snapshot().consumer_named("ann").is_some());
    assert_eq!(node.count("/consumers").await, 1);
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_as_a_whole() {
    let node = Node::without_database().await;
    let file =
        "_format_version: '3.0'\nconsumers: [{username: ann}]\nplugins: [{name: fragile, config: {broken: true}}]";
    let (status, body) = post(&node, "/config", "text/yaml", file).await;
    assert_eq!((status, &body["code"]), (400, &json!(14)), "{body}");
    assert!(body["message"].as_str().unwrap().contains("it is broken"), "{body}");
    assert_eq!(node.count("/consumers").await, 0);
}

#[tokio::test]
async fn mistakes_are_told_by_entity_for_programs() {
    let node = Node::without_database().await;
    let file = "_format_version: '3.0'\nx: 1\nservices: [{name: a}]";
    for target in ["/config?flatten_errors=1", "/config?flatten_errors=true"] {
        let (status, body) = post(&node, target, "text/yaml", file).await;
        assert_eq!((status, &body["fields"]), (400, &json!({"x": "unknown field"})));
        let error = json!({"type": "field", "field": "host", "message": "required field missing"});
        let flat = json!([{
            "entity_type": "service", "entity_name": "a", "entity": {"name": "a"}, "errors": [error],
        }]);
        assert_eq!(body["flattened_errors"], flat);
    }
    assert!(post(&node, "/config?flatten_errors=0", "text/yaml", file).await.1.get("flattened_errors").is_none());
}

#[tokio::test]
async fn no_text_and_text_that_is_none_are_refused() {
    let node = Node::without_database().await;
    let nothing = json!({"message": "expected a declarative configuration"});
    assert_eq!(node.call("POST", "/config", Value::Null).await, (400, nothing));
    assert_eq!(node.call("POST", "/config", json!({"config": "- a"})).await.0, 400);
    let (status, body) = post(&node, "/config", "text/yaml", "a: [").await;
    let text = body["fields"]["error"].as_str().unwrap();
    assert!(status == 400 && text.starts_with("failed parsing declarative configuration: "), "{body}");
    assert_eq!(post(&node, "/config", "application/json", "{").await.0, 400);
}

#[tokio::test]
async fn the_same_document_again_is_not_modified_when_asked() {
    let node = Node::without_database().await;
    let hash = |status: &Value| status["configuration_hash"].as_str().unwrap().to_owned();
    let empty = node.get("/status").await.1;
    assert_eq!(hash(&empty), "0".repeat(32));
    assert_eq!(post(&node, "/config?check_hash=1", "text/yaml", FILE).await.0, 201);
    let first = hash(&node.get("/status").await.1);
    assert_eq!(first.len(), 32);
    let answer = node.send("POST", "/config?check_hash=1", "text/yaml", FILE.to_owned()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (304, None));
    assert_eq!(post(&node, "/config", "text/yaml", FILE).await.0, 201);
    assert_eq!(hash(&node.get("/status").await.1), first);
    post(&node, "/config", "text/yaml", "_format_version: '3.0'").await;
    assert_eq!(hash(&node.get("/status").await.1), "0".repeat(32));
}

#[tokio::test]
async fn what_config_shows_can_be_sent_back() {
    let node = Node::without_database().await;
    post(&node, "/config", "text/yaml", FILE).await;
    let (status, shown) = node.get("/config").await;
    assert_eq!(status, 200);
    let before = node.get("/routes/r").await.1;
    let other = Node::without_database().await;
    assert_eq!(other.call("POST", "/config", shown.clone()).await.0, 201);
    assert_eq!(other.get("/routes/r").await.1, before);
    assert_eq!(other.get("/config").await.1, shown);
}

#[tokio::test]
async fn records_are_read_as_ever_and_not_changed_one_by_one() {
    let node = Node::without_database().await;
    post(&node, "/config", "text/yaml", FILE).await;
    let id = node.get("/consumers/ann").await.1["id"].as_str().unwrap().to_owned();
    let by_id = format!("/consumers/{id}");
    let cases = [
        ("POST", "/consumers", json!({"username": "bob"}), "cannot create 'consumers' entities"),
        ("PUT", "/consumers/bob", json!({}), "cannot create or update 'consumers' entities by 'username'"),
        ("PUT", &by_id, json!({"username": "bob"}), "cannot create or update 'consumers' entities"),
        ("PATCH", &by_id, json!({"username": "bob"}), "cannot update 'consumers' entities"),
        ("PATCH", "/consumers/ann", json!({"username": "bob"}), "cannot update 'consumers' entities by 'username'"),
        ("DELETE", &by_id, Value::Null, "cannot remove 'consumers' entities"),
        ("DELETE", "/services/a", Value::Null, "cannot remove 'services' entities by 'name'"),
        ("POST", "/services/a/plugins", json!({"name": "jwt"}), "cannot create 'plugins' entities"),
    ];
    for (method, target, body, text) in cases {
        let message = format!("{text} when not using a database");
        let expected = json!({"code": 12, "name": "operation unsupported", "message": message});
        assert_eq!(node.call(method, target, body).await, (405, expected), "{method} {target}");
    }
    assert_eq!(node.call("POST", "/consumers", json!({})).await.0, 400, "what is wrong is said first");
    assert_eq!(node.delete("/consumers/nobody").await.0, 204);
    assert_eq!(node.count("/consumers").await, 1);
}

#[tokio::test]
async fn one_configuration_at_a_time_is_loaded() {
    let node = Node::without_database().await;
    let slow: String = (0..2000).map(|number| format!("- {{username: c{number}}}\n")).collect();
    let slow = format!("_format_version: '3.0'\nconsumers:\n{slow}");
    let first = node.send("POST", "/config", "text/yaml", slow.clone());
    let second = node.send("POST", "/config", "text/yaml", slow.clone());
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 429));
    assert!(second.headers.iter().any(|(name, _)| name == RETRY_AFTER));
    assert_eq!(node.send("POST", "/config", "text/yaml", slow).await.status.as_u16(), 201);
}

#[tokio::test]
async fn what_was_exchanged_as_a_whole_cannot_be_undone_one_by_one() {
    let node = Node::without_database().await;
    assert_eq!(post(&node, "/config", "text/yaml", FILE).await.0, 201);
    let revision = node.configuration.snapshot().revision;
    let (status, body) = node.call("POST", &format!("/history/{revision}/undo"), json!({})).await;
    assert_eq!((status, &body["message"]), (405, &json!("cannot undo changes when not using a database")));
}

#[tokio::test]
async fn names_inside_a_certificate_become_its_snis_and_are_taken_away_with_it() {
    let node = Node::without_database().await;
    let certificate = certificate();
    let declared = json!({"_format_version": "3.0", "certificates": [{
        "cert": certificate["cert"], "key": certificate["key"], "snis": [{"name": "a.com"}, {"name": "*.b.com"}],
    }]});
    assert_eq!(post(&node, "/config", "application/json", &declared.to_string()).await.0, 201);
    let (_, sni) = node.get("/snis/a.com").await;
    let (_, found) = node.get(&format!("/certificates/{}", sni["certificate"]["id"].as_str().unwrap())).await;
    assert_eq!(found["snis"], json!(["*.b.com", "a.com"]));

    let (_, shown) = node.get("/config").await;
    let again = json!({ "config": shown["config"] }).to_string();
    assert_eq!(post(&node, "/config", "application/json", &again).await.0, 201);
    assert_eq!(node.get("/snis/a.com").await.1, sni, "what is exported is what was declared");
    assert_eq!(node.count("/snis").await, 2);

    assert_eq!(post(&node, "/config", "text/yaml", "_format_version: '3.0'").await.0, 201);
    assert_eq!(node.count("/snis").await, 0);
}
