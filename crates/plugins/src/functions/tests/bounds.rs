//! What no function can do to a worker.

use super::*;

#[test]
fn code_that_would_not_end_is_a_500_and_the_next_request_is_served() {
    for code in ["while true do end", "local t = {} while true do t[#t + 1] = ('x'):rep(1000) end"] {
        assert_eq!(access(code, Request::get("/")).answer().0, 500, "{code}");
        assert!(access("return", Request::get("/")).reply.is_none());
    }
}

#[test]
fn what_fills_the_memory_for_good_is_forgotten() {
    let code =
        "local kept = {} return function() for i = 1, 1000 do kept[#kept + 1] = ('x'):rep(10000) .. #kept end end";
    let handler = handler(&pre_function::DEFINITION, json!({ "access": [code] }));
    let statuses: Vec<_> = (0..12)
        .map(|_| World::new().send(&*handler, Request::get("/")).reply.map(|reply| reply.status.as_u16()))
        .collect();
    assert!(
        statuses.contains(&Some(500)) && statuses.ends_with(&[None])
            || statuses.iter().filter(|s| s.is_none()).count() > 3,
        "{statuses:?}"
    );
}

#[test]
fn what_belongs_to_one_request_is_not_there_for_the_next() {
    let code = "local seen = kong.ctx.shared.seen kong.ctx.shared.seen = 'x' kong.response.exit(200, tostring(seen))";
    assert_eq!(body_of(&access(code, Request::get("/"))), "nil");
    assert_eq!(body_of(&access(code, Request::get("/"))), "nil");
}

#[test]
fn what_is_kept_from_a_request_can_ask_nothing_later() {
    let code = "return function() local f = kong.request.get_header
        if not kept then kept = coroutine.wrap(function() coroutine.yield() return f('host') end) kept() return end
        kong.response.exit(200, tostring(kept())) end";
    let handler = handler(&pre_function::DEFINITION, json!({ "access": [code] }));
    World::new().send(&*handler, Request::get("/").header("host", "a"));
    let outcome = World::new().send(&*handler, Request::get("/").header("host", "b"));
    assert_eq!(body_of(&outcome), "b");
}
