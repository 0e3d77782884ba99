//! Configurations of which not everything can be looked at by a write.

use serde_json::json;

use crate::world::{World, id};

/// More than a write looks at.
const MANY: u128 = 4200;

/// Plugins for one consumer each, from the number 1 on, and nobody who finds out who a request is from.
fn for_consumers() -> World {
    (1..=MANY).fold(World::new(), |world, number| {
        world.plugin(number, "correlation-id", json!({}), json!({ "consumer": { "id": id(1_000_000 + number) } }))
    })
}

#[test]
fn what_would_take_too_long_to_find_is_found_when_the_whole_is_looked_at() {
    let world = for_consumers();
    assert_eq!(world.found().len(), usize::try_from(MANY).unwrap());
    assert_eq!(world.told(MANY), [""; 0]);
}

#[test]
fn a_regular_expression_that_takes_some_requests_does_not_hide_who_takes_the_rest() {
    let world = World::new()
        .with("services", 1, json!({ "host": "a.example" }))
        .with("routes", 2, json!({ "paths": ["/a"], "service": { "id": id(1) } }))
        .with("routes", 3, json!({ "paths": ["/a", "/b"], "service": { "id": id(1) } }))
        .with("routes", 4, json!({ "paths": ["~/[a-z]+$", "~/[a-z-]+"], "service": { "id": id(1) } }));
    assert_eq!(world.found(), [("route-is-shadowed", 2)]);
}
