//! Where tokens are looked for, and what counts as one.

use serde_json::{Value, json};

use super::{good, hs256, jwt, world};
use crate::fixture::{Outcome, Request};

fn send(config: Value, request: Request) -> Outcome {
    world().send(&*jwt(config), request)
}

fn message(outcome: &Outcome) -> &str {
    outcome.answer().2
}

const NONE: &str = r#"{"message":"Unauthorized"}"#;
const SEVERAL: &str = r#"{"message":"Multiple tokens provided"}"#;
const UNRECOGNIZABLE: &str = r#"{"message":"Unrecognizable token"}"#;

fn other() -> String {
    hs256(r#"{"iss":"ann-key","n":1}"#)
}

#[test]
fn a_token_may_stand_in_a_header_a_query_argument_or_a_cookie() {
    let config = || json!({ "cookie_names": ["crumb"] });
    let token = good();
    assert!(send(config(), Request::get("/").header("authorization", format!("Bearer {token}"))).is_from("ann"));
    assert!(send(config(), Request::get(&format!("/?a=1&jwt={token}"))).is_from("ann"));
    let cookies = format!("a=1; crumb={token}; b=2");
    assert!(send(config(), Request::get("/").header("cookie", cookies)).is_from("ann"));
}

#[test]
fn names_are_configured_and_those_of_the_default_are_then_off() {
    let config = || json!({ "uri_param_names": ["tok"], "cookie_names": ["crumb"], "header_names": ["X-Token", "authorization"] });
    let token = good();
    assert!(send(config(), Request::get(&format!("/?tok={token}"))).is_from("ann"));
    assert!(send(config(), Request::get("/").header("x-token", format!("bearer {token}"))).is_from("ann"));
    assert_eq!(message(&send(config(), Request::get(&format!("/?jwt={token}")))), NONE);
    assert_eq!(message(&send(config(), Request::get("/").header("cookie", format!("other={token}")))), NONE);
}

#[test]
fn empty_lists_of_names_switch_their_places_off() {
    let config = json!({ "uri_param_names": [], "cookie_names": [], "header_names": [] });
    let request = Request::get(&format!("/?jwt={}", good())).header("authorization", format!("Bearer {}", good()));
    assert_eq!(message(&send(config, request)), NONE);
}

#[test]
fn cookies_are_off_unless_they_are_named() {
    assert_eq!(message(&send(json!({}), Request::get("/").header("cookie", format!("jwt={}", good())))), NONE);
}

#[test]
fn cookie_names_are_compared_without_regard_to_case() {
    let request = Request::get("/").header("cookie", format!("CRUMB={}", good()));
    assert!(send(json!({ "cookie_names": ["crumb"] }), request).is_from("ann"));
}

#[test]
fn names_and_values_of_arguments_are_decoded() {
    let token = good().replace('.', "%2E");
    assert!(send(json!({}), Request::get(&format!("/?%6awt={token}"))).is_from("ann"));
}

#[test]
fn a_header_without_the_scheme_has_no_token() {
    for value in [good(), format!("BEARER {}", good()), "Basic dXNlcjpwYXNz".to_owned(), "Bearer".to_owned()] {
        assert_eq!(message(&send(json!({}), Request::get("/").header("authorization", &value))), NONE, "{value}");
    }
}

#[test]
fn the_scheme_may_stand_behind_something_else() {
    let request = Request::get("/").header("authorization", format!("Foo bearer {}", good()));
    assert!(send(json!({}), request).is_from("ann"));
}

#[test]
fn the_same_token_in_several_places_is_one_token() {
    let (token, config) = (good(), json!({ "cookie_names": ["crumb"] }));
    let request = Request::get(&format!("/?jwt={token}&jwt={token}"))
        .header("cookie", format!("crumb={token}"))
        .header("authorization", format!("Bearer {token}"))
        .header("authorization", format!("bearer  {token}"));
    assert!(send(config, request).is_from("ann"));
}

#[test]
fn two_different_tokens_are_refused_wherever_they_stand() {
    let (one, two) = (good(), other());
    let config = || json!({ "cookie_names": ["crumb"], "header_names": ["authorization", "x-token"] });
    let bearer = |token: &str| format!("Bearer {token}");
    for request in [
        Request::get(&format!("/?jwt={one}&jwt={two}")),
        Request::get(&format!("/?jwt={one}")).header("authorization", bearer(&two)),
        Request::get("/").header("authorization", bearer(&one)).header("authorization", bearer(&two)),
        Request::get("/").header("authorization", bearer(&one)).header("x-token", bearer(&two)),
        Request::get("/").header("cookie", format!("crumb={one}; crumb={two}")),
        Request::get("/").header("cookie", format!("crumb={one}")).header("cookie", format!("crumb={two}")),
        Request::get("/").header("cookie", format!("crumb={one}")).header("authorization", bearer(&two)),
        Request::get("/?jwt=rubbish").header("authorization", bearer(&one)),
        Request::get("/?jwt").header("authorization", bearer(&one)),
        Request::get(&format!("/?jwt&jwt={one}")),
    ] {
        assert_eq!(message(&send(config(), request)), SEVERAL);
    }
}

#[test]
fn an_empty_value_is_no_token() {
    assert_eq!(message(&send(json!({}), Request::get("/?jwt="))), NONE);
    let request = Request::get("/?jwt=&jwt=").header("authorization", format!("Bearer {}", good()));
    assert!(send(json!({}), request).is_from("ann"));
}

#[test]
fn a_name_without_a_value_is_not_recognized_however_often_it_stands() {
    assert_eq!(message(&send(json!({}), Request::get("/?jwt"))), UNRECOGNIZABLE);
    assert_eq!(message(&send(json!({}), Request::get("/?jwt&jwt"))), UNRECOGNIZABLE);
}

#[test]
fn a_token_behind_any_number_of_other_arguments_is_seen() {
    let many = "a=1&".repeat(200);
    assert!(send(json!({}), Request::get(&format!("/?{many}jwt={}", good()))).is_from("ann"));
    let request =
        Request::get(&format!("/?{many}jwt={}", other())).header("authorization", format!("Bearer {}", good()));
    assert_eq!(message(&send(json!({}), request)), SEVERAL);
}

#[test]
fn the_token_goes_on_to_the_upstream_as_it_came() {
    let target = format!("/?a=%7e&jwt={}", good());
    let outcome = send(json!({}), Request::get(&target).header("authorization", format!("Bearer {}", good())));
    assert!(outcome.is_from("ann"));
    assert_eq!(outcome.head.raw_target(), target);
    assert_eq!(outcome.head.query(), Some(&target[2..]));
    assert_eq!(outcome.head.headers.get_str("authorization"), Some(&*format!("Bearer {}", good())));
}

#[test]
fn the_arguments_that_may_hold_a_token_are_no_matter_for_logs() {
    let names: Vec<_> = jwt(json!({ "uri_param_names": ["jwt", "t"] })).secret_arguments();
    assert_eq!(names.iter().map(|name| &**name).collect::<Vec<_>>(), ["jwt", "t"]);
}
