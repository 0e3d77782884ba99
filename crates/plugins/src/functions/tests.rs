//! What the functions of a configuration can do, in snippets as their users write them.

mod answers;
mod bodies;
mod bounds;
mod handshakes;
mod posted;
mod requests;

use gibbon_plugin_api::ReplyBody;
use serde_json::{Value, json};

use crate::fixture::{Outcome, Request, World, handler, violations};
use crate::{post_function, pre_function};

/// Sends a request through these functions of `access`.
fn access(code: &str, request: Request) -> Outcome {
    World::new().send(&*handler(&pre_function::DEFINITION, json!({ "access": [code] })), request)
}

/// The value that a piece of code sets a field of the request to.
fn told(expression: &str, request: Request) -> String {
    let code = format!("kong.service.request.set_header('X-Told', tostring({expression}))");
    let outcome = access(&code, request);
    let told = outcome.head.headers.get_str("x-told").map(str::to_owned);
    told.unwrap_or_else(|| panic!("{expression}: {:?}", outcome.reply.map(|reply| reply.body)))
}

fn body_of(outcome: &Outcome) -> String {
    match &outcome.reply.as_ref().expect("the request was let through").body {
        ReplyBody::Json(bytes) | ReplyBody::Raw { bytes, .. } | ReplyBody::Stored { bytes, .. } => {
            String::from_utf8(bytes.to_vec()).unwrap()
        }
        ReplyBody::Error(message) => message.to_string(),
        ReplyBody::Empty => String::new(),
    }
}

#[test]
fn what_is_no_lua_is_refused_with_the_words_of_lua() {
    for plugin in [&pre_function::DEFINITION, &post_function::DEFINITION] {
        assert_eq!(
            violations(plugin, json!({ "access": ["return 1", "all your base"] })),
            json!({ "access": [null, "Error parsing function: [string \"all your base\"]:1: '=' expected near 'your'"] })
        );
    }
}

#[test]
fn the_place_of_both_is_around_all_others() {
    assert_eq!((pre_function::DEFINITION.priority, post_function::DEFINITION.priority), (1_000_000, -1000));
}

#[test]
fn functions_of_a_phase_run_one_after_the_other_until_one_answers() {
    let config = json!({ "access": [
        "kong.ctx.shared.seen = 'first'",
        "kong.response.exit(200, kong.ctx.shared.seen .. ' second')",
        "kong.response.exit(500, 'never')",
    ] });
    let outcome = World::new().send(&*handler(&pre_function::DEFINITION, config), Request::get("/"));
    assert_eq!((outcome.answer().0, body_of(&outcome)), (200, "first second".to_owned()));
}

#[test]
fn a_function_may_return_the_one_that_keeps_state_between_requests() {
    let code = "local count = 0 return function() count = count + 1 kong.response.exit(200, tostring(count)) end";
    let handler = handler(&pre_function::DEFINITION, json!({ "access": [code] }));
    let bodies: Vec<_> = (0..3).map(|_| body_of(&World::new().send(&*handler, Request::get("/")))).collect();
    assert_eq!(bodies, ["1", "2", "3"]);
}

#[test]
fn functions_of_two_plugins_share_what_they_say_they_share() {
    let world = World::new();
    let first =
        handler(&pre_function::DEFINITION, json!({ "access": ["kong.ctx.shared.a = 1 kong.ctx.plugin.b = 2"] }));
    let code = "kong.response.exit(200, tostring(kong.ctx.shared.a) .. tostring(kong.ctx.plugin.b))";
    let second = handler(&post_function::DEFINITION, json!({ "access": [code] }));
    let outcome = world.send_through(&[&*first, &*second], Request::get("/"));
    assert_eq!(body_of(&outcome), "1nil");
}

#[test]
fn functions_of_rewrite_run_before_those_of_access() {
    let config = json!({ "rewrite": ["ngx.ctx.phase = ngx.get_phase()"], "access": ["kong.response.exit(200, ngx.ctx.phase .. ngx.get_phase())"] });
    let outcome = World::new().send(&*handler(&pre_function::DEFINITION, config), Request::get("/"));
    assert_eq!(body_of(&outcome), "rewriteaccess");
}

#[test]
fn an_error_in_access_is_the_usual_500() {
    let outcome = access("local a = nil; return a.b", Request::get("/"));
    assert_eq!(outcome.answer(), (500, None, r#"{"message":"An unexpected error occurred"}"#));
}

#[test]
fn an_instance_takes_part_in_the_phases_that_it_has_functions_for() {
    use gibbon_plugin_api::Phases;
    for (config, phases) in [
        (json!({ "certificate": ["return"] }), Phases::HANDSHAKE),
        (json!({ "access": ["return"] }), Phases::ACCESS),
        (json!({ "header_filter": ["return"] }), Phases::RESPONSE),
        (json!({ "body_filter": ["return"] }), Phases::BODY),
        (json!({ "log": ["return"] }), Phases::LOG),
        (json!({ "access": ["ngx.header['X'] = 1"] }), Phases::ACCESS.and(Phases::RESPONSE)),
    ] {
        assert_eq!(handler(&pre_function::DEFINITION, config.clone()).phases(), phases, "{config}");
    }
}

#[test]
fn a_body_is_held_for_those_who_read_it() {
    use gibbon_plugin_api::BodyNeed;
    let need = |code: &str| handler(&pre_function::DEFINITION, json!({ "access": [code] })).body_need();
    assert_eq!(need("kong.request.get_raw_body()"), BodyNeed::Buffer);
    assert_eq!(need("ngx.req.read_body()"), BodyNeed::Buffer);
    assert_eq!(need("kong.request.get_header('X')"), BodyNeed::Stream);
}

fn parsed(outcome: &Outcome) -> Value {
    serde_json::from_str(&body_of(outcome)).unwrap()
}
