//! Routes where the router's flavour is `expressions`.

use gibbon_entities::route::Flavor;
use serde_json::{Value, json};

use crate::driver::Node;

async fn node() -> Node {
    Node::with_flavor(Flavor::Expressions).await
}

#[tokio::test]
async fn a_route_with_an_expression_is_shown_with_its_priority() {
    let node = node().await;
    let (status, route) = node.call("POST", "/routes", json!({ "expression": "http.path ^= \"/x\"" })).await;
    assert_eq!(status, 201, "{route}");
    assert_eq!((&route["expression"], &route["priority"]), (&json!("http.path ^= \"/x\""), &json!(0)));
    assert_eq!((&route["paths"], &route["strip_path"]), (&Value::Null, &json!(true)));
    let target = format!("/routes/{}", route["id"].as_str().unwrap());
    let (status, route) = node.call("PATCH", &target, json!({ "priority": 12 })).await;
    assert_eq!((status, &route["priority"]), (200, &json!(12)));
    let (status, route) =
        node.call("PATCH", &target, json!({ "expression": null, "priority": 0, "paths": ["/x"] })).await;
    assert_eq!((status, &route["paths"]), (200, &json!(["/x"])));
}

#[tokio::test]
async fn what_is_no_expression_is_refused_in_the_words_of_its_parser() {
    let node = node().await;
    let (status, answer) = node.call("POST", "/routes", json!({ "expression": "http.path == 1" })).await;
    assert_eq!((status, &answer["name"]), (400, &json!("schema violation")));
    let reason = "Router Expression failed validation: Type mismatch between the LHS and RHS values of predicate";
    assert_eq!(answer["fields"], json!({ "@entity": [reason] }));
    let (status, answer) = node.call("POST", "/routes", json!({ "expression": "http.path", "name": "x" })).await;
    assert_eq!(status, 400);
    let reason = answer["fields"]["@entity"][0].as_str().unwrap();
    assert!(reason.starts_with("Router Expression failed validation:  --> 1:10\n"), "{reason}");
}

#[tokio::test]
async fn an_expression_and_other_conditions_exclude_one_another() {
    let node = node().await;
    let body = json!({ "expression": "http.path ^= \"/x\"", "hosts": ["a.example"] });
    let (status, answer) = node.call("POST", "/routes", body).await;
    assert_eq!(status, 400);
    let reason = "Router Expression failed validation: cannot set 'expression' with 'methods', 'hosts', 'paths', \
                  'headers', 'snis', 'sources' or 'destinations' simultaneously";
    assert_eq!(answer["fields"], json!({ "@entity": [reason] }));
    let (status, answer) = node.call("POST", "/routes", json!({ "paths": ["/x"], "priority": -1 })).await;
    assert_eq!(status, 400);
    assert_eq!(answer["fields"]["priority"], "value should be between 0 and 70368744177663");
}

#[tokio::test]
async fn the_usual_flavour_knows_no_expressions() {
    let node = Node::new().await;
    let (status, answer) = node.call("POST", "/routes", json!({ "expression": "http.path ^= \"/x\"" })).await;
    assert_eq!((status, &answer["fields"]["expression"]), (400, &json!("unknown field")));
    let (_, schema) = node.get("/schemas/routes").await;
    assert!(schema["fields"].as_array().unwrap().iter().all(|field| field.get("expression").is_none()));
}

#[tokio::test]
async fn the_status_counts_what_every_request_is_compared_with() {
    let node = node().await;
    for expression in ["http.host == \"a.example\"", "http.method == \"GET\"", "http.path ^= \"/x\""] {
        let (status, answer) = node.call("POST", "/routes", json!({ "expression": expression })).await;
        assert_eq!(status, 201, "{answer}");
    }
    let (_, status) = node.get("/status").await;
    assert_eq!(status["gibbon"]["router"], json!({ "routes": 3, "unindexed": 1 }));
}
