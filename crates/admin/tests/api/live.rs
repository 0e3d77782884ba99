//! When an answer says that a change was made, the change is live.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use gibbon_plugin_api::Directory;
use serde_json::json;
use tokio::task::JoinSet;

use crate::driver::Node;

#[tokio::test]
async fn a_change_is_live_when_it_is_answered() {
    let node = Node::new().await;
    node.given("/consumers", json!({"username": "ada"})).await;
    assert!(node.configuration.snapshot().consumer_named("ada").is_some());
    node.delete("/consumers/ada").await;
    assert!(node.configuration.snapshot().consumer_named("ada").is_none());
}

#[tokio::test]
async fn each_change_is_one_revision_and_a_refused_one_is_none() {
    let node = Node::new().await;
    let start = node.configuration.snapshot().revision;
    node.given("/consumers", json!({"username": "ada"})).await;
    node.call("PUT", "/consumers/grace", json!({})).await;
    node.call("POST", "/consumers", json!({"username": "ada"})).await;
    node.call("POST", "/consumers", json!({})).await;
    assert_eq!(node.configuration.snapshot().revision, start + 2);
}

#[tokio::test]
async fn a_change_that_cannot_be_served_is_refused_and_leaves_nothing() {
    let node = Node::new().await;
    let (status, body) = node.call("POST", "/plugins", json!({"name": "fragile", "config": {"broken": true}})).await;
    assert_eq!((status, &body["code"]), (400, &json!(2)));
    assert!(body["message"].as_str().unwrap().contains("it is broken"), "{body}");
    assert_eq!(node.count("/plugins").await, 0);
    node.given("/plugins", json!({"name": "fragile"})).await;
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_made() {
    let node = Arc::new(Node::new().await);
    let mut set = JoinSet::new();
    for number in 0..8 {
        let node = Arc::clone(&node);
        set.spawn(async move { node.call("POST", "/consumers", json!({"username": format!("c{number}")})).await.0 });
    }
    assert!(set.join_all().await.iter().all(|status| *status == 201));
    assert_eq!(node.count("/consumers").await, 8);
}

#[tokio::test]
async fn a_change_is_made_even_if_nobody_waits_for_the_answer() {
    let node = Node::new().await;
    let start = node.configuration.snapshot().revision;
    {
        let call = node.call("POST", "/consumers", json!({"username": "ada"}));
        tokio::pin!(call);
        // The request is looked at for the first time, and then given up.
        let once = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending()));
        assert!(once.await);
    }
    while node.configuration.snapshot().revision == start {
        tokio::task::yield_now().await;
    }
    assert_eq!(node.get("/consumers/ada").await.0, 200);
}
