//! Collections, page by page.

use serde_json::{Value, json};

use crate::driver::Node;

async fn with_consumers(count: usize) -> Node {
    let node = Node::new().await;
    for number in 0..count {
        node.given("/consumers", json!({"username": format!("c{number}"), "tags": ["all"]})).await;
    }
    node
}

fn names(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|record| record["username"].as_str().unwrap().to_owned()).collect()
}

/// Follows `next` to the end.
async fn walk(node: &Node, first: &str) -> (Vec<String>, usize) {
    let (mut seen, mut pages, mut target) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = target {
        let (status, page) = node.get(&path).await;
        assert_eq!(status, 200, "{path}: {page}");
        seen.extend(names(&page));
        pages += 1;
        target = page["next"].as_str().map(str::to_owned);
    }
    seen.sort();
    (seen, pages)
}

#[tokio::test]
async fn an_empty_collection_is_an_empty_list() {
    let node = Node::new().await;
    assert_eq!(node.get("/services").await, (200, json!({"data": [], "next": null})));
}

#[tokio::test]
async fn the_last_page_has_no_offset() {
    let node = with_consumers(2).await;
    let (_, page) = node.get("/consumers?size=2").await;
    assert_eq!((page["data"].as_array().map(Vec::len), &page["next"]), (Some(2), &json!(null)));
    assert!(page.get("offset").is_none());
}

#[tokio::test]
async fn the_next_page_is_named_with_offset_and_size() {
    let node = with_consumers(3).await;
    let (_, page) = node.get("/consumers?size=2&sort_desc=1").await;
    let offset = page["offset"].as_str().unwrap();
    assert_eq!(page["next"], format!("/consumers?offset={offset}&size=2"));
}

#[tokio::test]
async fn walking_the_pages_sees_each_record_once() {
    let node = with_consumers(7).await;
    let (seen, pages) = walk(&node, "/consumers?size=3&tags=all").await;
    assert_eq!((seen, pages), ((0..7).map(|number| format!("c{number}")).collect(), 3));
}

#[tokio::test]
async fn nested_collections_have_pages_too() {
    let node = with_consumers(1).await;
    for number in 0..3 {
        node.given("/consumers/c0/jwt", json!({"key": format!("k {number}"), "tags": ["a b"]})).await;
    }
    let (_, page) = node.get("/consumers/c0/jwt?size=2&tags=a%20b").await;
    let next = page["next"].as_str().unwrap();
    let offset = page["offset"].as_str().unwrap();
    assert_eq!(next, format!("/consumers/c0/jwt?offset={offset}&tags=a%20b&size=2"));
    assert_eq!(node.get(next).await.1["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn an_offset_survives_being_encoded_differently() {
    let node = with_consumers(3).await;
    let (_, page) = node.get("/consumers?size=2").await;
    let offset = page["offset"].as_str().unwrap();
    let padded =
        format!("{}{}", offset.replace('-', "%2B").replace('_', "%2F"), "%3D".repeat((4 - offset.len() % 4) % 4));
    let (status, page) = node.get(&format!("/consumers?size=2&offset={padded}")).await;
    assert_eq!((status, page["data"].as_array().map(Vec::len)), (200, Some(1)));
}

#[tokio::test]
async fn a_size_is_a_whole_number_from_1_to_1000() {
    let node = with_consumers(1).await;
    for (size, text) in [
        ("0", "size must be an integer between 1 and 1000"),
        ("1001", "size must be an integer between 1 and 1000"),
        ("-1", "size must be an integer between 1 and 1000"),
        ("1.5", "size must be an integer between 1 and 1000"),
        ("many", "size must be a number"),
        ("", "size must be a number"),
    ] {
        let expected = json!({"code": 9, "name": "invalid size", "message": text});
        assert_eq!(node.get(&format!("/consumers?size={size}")).await, (400, expected), "{size}");
    }
    assert_eq!(node.get("/consumers?size=1000").await.0, 200);
}

#[tokio::test]
async fn an_offset_is_one_that_was_given_out() {
    let node = with_consumers(1).await;
    let json_of_nothing = "WyJ4Il0"; // ["x"]
    for (offset, reason) in [
        ("nonsense", "bad json encoding"),
        ("!!!!", "bad base64 encoding"),
        (json_of_nothing, "bad json encoding"),
        ("", "bad json encoding"),
    ] {
        let text = format!("'{offset}' is not a valid offset: {reason}");
        let expected = json!({"code": 7, "name": "invalid offset", "message": text});
        assert_eq!(node.get(&format!("/consumers?offset={offset}")).await, (400, expected), "{offset}");
    }
}

#[tokio::test]
async fn parameters_that_mean_nothing_are_ignored() {
    let node = with_consumers(2).await;
    assert_eq!(node.get("/consumers?username=c0&limit=1").await.1["data"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn consumers_are_also_listed_by_their_custom_id() {
    let node = with_consumers(1).await;
    let ada = node.given("/consumers", json!({"custom_id": "1815"})).await;
    assert_eq!(node.get("/consumers?custom_id=1815").await, (200, json!({"data": [ada], "next": null})));
    assert_eq!(node.get("/consumers?custom_id=1906").await, (200, json!({"data": [], "next": null})));
}
