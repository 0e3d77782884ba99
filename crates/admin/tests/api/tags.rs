//! Tags: as a filter, and as a listing of their own.

use serde_json::{Value, json};

use crate::driver::Node;

async fn tagged() -> Node {
    let node = Node::new().await;
    for (name, tags) in [("ada", json!(["gold", "east"])), ("grace", json!(["gold"])), ("alan", json!(["west"]))] {
        node.given("/consumers", json!({"username": name, "tags": tags})).await;
    }
    node.given("/services", json!({"name": "orders", "host": "orders.internal", "tags": ["gold"]})).await;
    node
}

async fn names(node: &Node, filter: &str) -> Vec<String> {
    let (status, body) = node.get(&format!("/consumers?tags={filter}")).await;
    assert_eq!(status, 200, "{filter}: {body}");
    let data = body["data"].as_array().unwrap();
    let mut names: Vec<String> = data.iter().map(|record| record["username"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn refusal(reason: &str) -> (u16, Value) {
    let message = format!("invalid option (tags: {reason})");
    (400, json!({"code": 11, "name": "invalid options", "message": message, "options": {"tags": reason}}))
}

#[tokio::test]
async fn a_comma_means_all_and_a_slash_means_any() {
    let node = tagged().await;
    assert_eq!(names(&node, "gold").await, ["ada", "grace"]);
    assert_eq!(names(&node, "gold,east").await, ["ada"]);
    assert_eq!(names(&node, "gold%2Ceast").await, ["ada"]);
    assert_eq!(names(&node, "east/west").await, ["ada", "alan"]);
    assert!(names(&node, "east,west").await.is_empty());
    assert!(names(&node, "silver").await.is_empty());
}

#[tokio::test]
async fn a_filter_has_one_kind_of_separator_and_no_holes() {
    let node = tagged().await;
    for filter in ["gold,east/west", ",gold", "gold,,east", "/", "a%09b"] {
        assert_eq!(node.get(&format!("/consumers?tags={filter}")).await, refusal("invalid filter syntax"), "{filter}");
    }
    assert_eq!(node.get("/consumers?tags=").await, refusal("cannot be null"));
    assert_eq!(node.get("/consumers?tags=a,b,c,d,e,f").await, refusal("cannot query more than 5 tags"));
}

#[tokio::test]
async fn the_records_that_have_a_tag_are_listed_over_all_kinds() {
    let node = tagged().await;
    let (status, body) = node.get("/tags/gold").await;
    assert_eq!((status, &body["next"]), (200, &json!(null)));
    let kinds: Vec<_> =
        body["data"].as_array().unwrap().iter().map(|row| row["entity_name"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["consumers", "consumers", "services"]);
    let service = node.get("/services/orders").await.1;
    let expected = json!({"tag": "gold", "entity_name": "services", "entity_id": service["id"]});
    assert_eq!(body["data"][2], expected);
    assert_eq!(node.get("/tags/silver").await, (200, json!({"data": [], "next": null})));
}

#[tokio::test]
async fn all_tags_are_listed_page_by_page() {
    let node = tagged().await;
    let (mut rows, mut target) = (Vec::new(), Some("/tags?size=2".to_owned()));
    while let Some(path) = target {
        let (status, page) = node.get(&path).await;
        assert_eq!(status, 200, "{path}: {page}");
        rows.extend(page["data"].as_array().unwrap().iter().map(|row| row["tag"].as_str().unwrap().to_owned()));
        target = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(rows, ["east", "gold", "gold", "gold", "west"]);
}

#[tokio::test]
async fn tags_are_written_in_the_records_only() {
    let node = tagged().await;
    assert_eq!(
        node.call("POST", "/tags", json!({"tag": "new"})).await,
        (405, json!({"message": "Method not allowed"}))
    );
}
