//! Bodies that are no JSON, and bodies that cannot be read.

use serde_json::json;

use crate::driver::Node;

#[tokio::test]
async fn a_form_is_read_by_the_types_of_the_fields() {
    let node = Node::new().await;
    let form = "name=orders&host=orders.internal&port=8080&enabled=false&tags=a&path=";
    let (status, body) = node.form("POST", "/services", form).await;
    assert_eq!(status, 201, "{body}");
    let read = [&body["port"], &body["enabled"], &body["tags"], &body["path"]];
    assert_eq!(read, [&json!(8080), &json!(false), &json!(["a"]), &json!(null)]);
}

#[tokio::test]
async fn references_and_lists_have_their_forms() {
    let node = Node::new().await;
    let service = node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    let (status, route) =
        node.form("POST", "/routes", "service.name=orders&paths[]=/a&methods[1]=GET&methods[2]=PUT").await;
    assert_eq!(status, 201, "{route}");
    assert_eq!(route["service"], json!({"id": service["id"]}));
    assert_eq!((&route["paths"], &route["methods"]), (&json!(["/a"]), &json!(["GET", "PUT"])));
}

#[tokio::test]
async fn the_configuration_of_a_plugin_has_the_types_of_that_plugin() {
    let node = Node::new().await;
    let (status, plugin) = node.form("POST", "/plugins", "name=jwt&config.claims_to_verify=exp").await;
    assert_eq!((status, &plugin["config"]["claims_to_verify"]), (201, &json!(["exp"])));
    let path = format!("/plugins/{}", plugin["id"].as_str().unwrap());
    let (status, plugin) =
        node.form("PATCH", &path, "config.maximum_expiration=60&config.run_on_preflight=false").await;
    assert_eq!(status, 200, "{plugin}");
    let config = &plugin["config"];
    assert_eq!((&config["maximum_expiration"], &config["run_on_preflight"]), (&json!(60), &json!(false)));
    assert_eq!(config["claims_to_verify"], json!(["exp"]));
}

#[tokio::test]
async fn an_empty_form_is_an_empty_body() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    assert_eq!(node.form("POST", "/consumers/ada/jwt", "").await.0, 201);
}

#[tokio::test]
async fn json_is_not_coerced() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/services", json!({"host": "orders.internal", "port": "80"})).await;
    assert_eq!((status, &body["fields"]), (400, &json!({"port": "expected an integer"})));
}

#[tokio::test]
async fn a_body_that_is_broken_is_refused_before_anything_is_looked_up() {
    let node = Node::new().await;
    for target in ["/services", "/consumers/nobody/jwt"] {
        let answer = node.send("POST", target, "application/json", "{oops".to_owned()).await;
        assert_eq!((answer.status.as_u16(), answer.body), (400, Some(json!({"message": "Cannot parse JSON body"}))));
    }
}

#[tokio::test]
async fn a_body_of_another_type_is_refused_without_words() {
    let node = Node::new().await;
    let answer = node.send("POST", "/services", "text/csv", "host\norders".to_owned()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (415, None));
}
