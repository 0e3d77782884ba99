//! What the plugin promises.

use gibbon_plugin_api::{Handler, ResponseHead, Settings};
use serde_json::{Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, answer, configured, plugin_record};

fn limiting(config: Value) -> Box<dyn Handler> {
    configured(&DEFINITION, config, &Settings::default()).unwrap()
}

fn video(most: u8) -> Value {
    json!({ "limits": { "video": { "hour": most } } })
}

/// Sends a request whose answer says that it has used this.
fn send(world: &World, plugin: &dyn Handler, used: &'static str) -> (Outcome, ResponseHead) {
    world.exchange(plugin, Request::get("/"), answer(200, &[("X-Kong-Limit", used)]))
}

#[test]
fn what_answers_have_used_is_counted_and_told() {
    let (world, plugin) = (World::new(), limiting(video(5)));
    for (before, after) in [("5", "3"), ("3", "1")] {
        let (outcome, head) = send(&world, &*plugin, "video=2, other=7");
        assert_eq!(outcome.head.headers.get_str("x-ratelimit-remaining-video"), Some(before));
        assert_eq!(head.headers.get_str("x-ratelimit-limit-video-hour"), Some("5"));
        assert_eq!(head.headers.get_str("x-ratelimit-remaining-video-hour"), Some(after));
        assert!(!head.headers.contains("x-kong-limit"));
    }
}

#[test]
fn an_answer_that_uses_what_is_used_up_does_not_reach_the_client() {
    let (world, plugin) = (World::new(), limiting(video(1)));
    assert_eq!(send(&world, &*plugin, "video").1.status, 200);
    // One that uses nothing of it does.
    assert_eq!(send(&world, &*plugin, "other").1.status, 200);
    let (outcome, head) = send(&world, &*plugin, "video=1");
    assert_eq!(head.status, 429);
    let [empty] = <[_; 1]>::try_from(outcome.rewrites).ok().unwrap();
    assert_eq!(empty(b"secret").unwrap(), "");
}

#[test]
fn a_request_can_be_refused_as_soon_as_a_limit_is_used_up() {
    let mut config = video(1);
    config["block_on_first_violation"] = json!(true);
    let (world, plugin) = (World::new(), limiting(config));
    assert!(send(&world, &*plugin, "video").0.reply.is_none());
    let outcome = send(&world, &*plugin, "").0;
    assert_eq!(outcome.answer(), (429, None, "API rate limit exceeded for 'video'"));
}

#[test]
fn clients_can_be_left_in_the_dark() {
    let mut config = video(1);
    config["hide_client_headers"] = json!(true);
    let (_, head) = send(&World::new(), &*limiting(config), "video");
    assert!(!head.headers.contains("x-ratelimit-limit-video-hour"));
}

#[test]
fn limits_are_needed_and_have_periods() {
    assert!(plugin_record(&DEFINITION, json!({})).is_err());
    assert!(plugin_record(&DEFINITION, json!({ "limits": {} })).is_err());
    assert!(plugin_record(&DEFINITION, json!({ "limits": { "video": {} } })).is_err());
    assert!(plugin_record(&DEFINITION, json!({ "limits": { "a b": { "hour": 1 } } })).is_err());
}
