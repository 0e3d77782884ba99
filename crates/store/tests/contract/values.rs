use gibbon_store::{Filter, StoreError, TagFilter};
use serde_json::json;

use crate::kinds::{NOTHING, certificate, id, service, tagged_service, with};
use crate::world::{Backend, World};

const NUL: &str = "a\u{0}b";

pub(crate) async fn nul_survives_in_bodies_unique_values_and_tags<B: Backend>() {
    let world = World::<B>::new().await;
    let body = with(&service(1, NUL), "tags", json!([NUL]));
    world.insert(&[("services", body.clone()), ("services", service(2, "a"))]).await;
    assert_eq!(world.get("services", id(1)).await, Some(body));
    assert_eq!(world.find("services", "name", NUL).await, Some(id(1)));
    assert_eq!(world.find("services", "name", "a").await, Some(id(2)));
    let error = world.try_insert(&[("services", service(3, NUL))]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { .. }));
    let filter = Filter { tags: Some(TagFilter::All(vec![NUL.to_owned()])), ..Default::default() };
    assert_eq!(world.ids("services", &filter, 10).await, [id(1)]);
    let filter = Filter { tags: Some(TagFilter::All(vec!["a".to_owned()])), ..Default::default() };
    assert_eq!(world.ids("services", &filter, 10).await, NOTHING);
}

pub(crate) async fn unique_values_are_compared_byte_by_byte<B: Backend>() {
    let world = World::<B>::new().await;
    // Case, composed and decomposed letters, width, spaces, and signs outside of the basic plane all make a difference.
    let names = ["é", "e\u{301}", "É", "ß", "ss", "ａ", "a", "A", "a ", "😀", "😁", "", "名前"];
    for (number, name) in (1..).zip(names) {
        world.insert(&[("services", service(number, name))]).await;
    }
    for (number, name) in (1..).zip(names) {
        assert_eq!(world.find("services", "name", name).await, Some(id(number)), "{name:?}");
    }
    world.insert(&[("services", tagged_service(100, &["名前 😀"]))]).await;
    let filter = Filter { tags: Some(TagFilter::Any(vec!["名前 😀".to_owned()])), ..Default::default() };
    assert_eq!(world.ids("services", &filter, 10).await, [id(100)]);
}

pub(crate) async fn unique_values_of_100_kilobytes_are_told_apart<B: Backend>() {
    let world = World::<B>::new().await;
    let long = "x".repeat(100_000);
    let (first, second) = (format!("{long}1"), format!("{long}2"));
    world.insert(&[("services", service(1, &first)), ("services", service(2, &second))]).await;
    assert_eq!(world.find("services", "name", &first).await, Some(id(1)));
    assert_eq!(world.find("services", "name", &second).await, Some(id(2)));
    let error = world.try_insert(&[("services", service(3, &first))]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unique { field, .. } if field == "name"));
}

pub(crate) async fn the_digest_of_a_long_value_does_not_find_it<B: Backend>() {
    let world = World::<B>::new().await;
    world.insert(&[("services", service(1, &"x".repeat(1_000)))]).await;
    // SHA-256 of a thousand times `x`.
    let digest = "44f8354494a5ba03ba1792a8d3e9c534c47a9181980fde7a3f44b06ef2ae7c7f";
    assert_eq!(world.find("services", "name", &format!("sha256:{digest}")).await, None);
}

pub(crate) async fn numbers_and_nested_values_survive<B: Backend>() {
    let world = World::<B>::new().await;
    let config = json!({"list": [1, [2, {"three": 3}]], "empty": {}, "none": null, "yes": true, "half": 0.5,
        "tiny": 1e-300, "most": u64::MAX, "least": i64::MIN, "text": "\"\\\u{7f}\u{2028}\n"});
    let body = with(&certificate(1), "config", config);
    world.insert(&[("certificates", body.clone())]).await;
    assert_eq!(world.get("certificates", id(1)).await, Some(body));
}
