//! What functions of `certificate` may do.

use gibbon_plugin_api::{Carries, Handler, Handshake, HandshakeCx, Shared, Wishes};

use super::*;

/// A handshake in which a client behind 192.0.2.7 asks for `shop.example`.
fn shake(handlers: &[&dyn Handler], carries: Carries) -> (Handshake, Wishes) {
    let mut cx = HandshakeCx {
        carries,
        peer: ([192, 0, 2, 7], 50_000).into(),
        client: ([198, 51, 100, 1], 60_000).into(),
        trusted: true,
        local_port: 8443,
        server_name: Some("shop.example"),
        wishes: Wishes::default(),
        shared: &Shared::default(),
    };
    let aborts = handlers.iter().any(|handler| handler.handshake(&mut cx) == Handshake::Abort);
    (if aborts { Handshake::Abort } else { Handshake::Continue }, cx.wishes)
}

fn of(code: &str) -> Box<dyn Handler> {
    handler(&pre_function::DEFINITION, json!({ "certificate": [code] }))
}

fn outcome(code: &str) -> Handshake {
    shake(&[&*of(code)], Carries::Requests).0
}

#[test]
fn code_is_told_of_the_client_and_of_the_server_that_it_asks_for() {
    for (expression, expected) in [
        ("ngx.get_phase()", "certificate"),
        ("ngx.var.ssl_server_name", "shop.example"),
        ("ngx.var.server_port", "8443"),
        ("ngx.var.remote_addr", "198.51.100.1"),
        ("ngx.var.realip_remote_addr", "192.0.2.7"),
        ("kong.client.get_ip()", "192.0.2.7"),
        ("kong.client.get_forwarded_ip()", "198.51.100.1"),
        ("kong.client.get_port()", "50000"),
        ("kong.ip.is_trusted('192.0.2.7')", "true"),
        ("kong.node.get_id()", "00000000-0000-0000-0000-000000000000"),
        ("kong.node.get_hostname()", ""),
        ("kong.version", "3.10.0"),
    ] {
        let code = format!("assert(tostring({expression}) == '{expected}')");
        assert_eq!(outcome(&code), Handshake::Continue, "{expression}");
    }
}

#[test]
fn there_is_no_request_and_no_answer() {
    for call in [
        "kong.request.get_method()",
        "kong.request.get_port()",
        "kong.request.get_header('Host')",
        "kong.response.set_header('X', '1')",
        "kong.response.exit(403)",
        "kong.service.set_target('a', 1)",
        "kong.client.get_consumer()",
        "kong.client.get_protocol()",
        "kong.client.tls.get_full_client_certificate_chain()",
        "kong.router.get_route()",
        "ngx.say('a')",
    ] {
        assert_eq!(outcome(call), Handshake::Abort, "{call}");
        let code = format!(
            "local ok, message = pcall(function() {call} end)
             assert(ok or string.find(message, 'function cannot be called in certificate phase', 1, true), message)"
        );
        assert_eq!(
            outcome(&code),
            if call == "ngx.say('a')" { Handshake::Abort } else { Handshake::Continue },
            "{call}"
        );
    }
}

#[test]
fn what_is_raised_ends_the_handshake_and_what_is_caught_does_not() {
    for (code, expected) in [
        ("error('no')", Handshake::Abort),
        ("local a = nil return a.b", Handshake::Abort),
        ("pcall(error, 'no')", Handshake::Continue),
        ("ngx.exit(ngx.ERROR)", Handshake::Abort),
        ("ngx.exit(444)", Handshake::Abort),
        ("pcall(ngx.exit, ngx.ERROR)", Handshake::Abort),
        ("ngx.exit(ngx.OK) error('not reached')", Handshake::Continue),
    ] {
        assert_eq!(outcome(code), expected, "{code}");
    }
}

#[test]
fn code_that_would_not_end_is_ended_and_with_it_the_handshake() {
    assert_eq!(outcome("while true do pcall(function() while true do end end) end"), Handshake::Abort);
    assert_eq!(outcome("local t = {} for i = 1, 1e9 do t[i] = string.rep('x', 1000) .. i end"), Handshake::Abort);
    assert_eq!(outcome("kong.log('fine')"), Handshake::Continue);
}

#[test]
fn functions_of_one_handshake_share_what_those_of_the_next_do_not_see() {
    let first = of("assert(kong.ctx.shared.seen == nil) kong.ctx.shared.seen = 1 kong.ctx.plugin.seen = 1");
    let code = "assert(kong.ctx.shared.seen == 1 and kong.ctx.plugin.seen == nil)";
    let second = handler(&post_function::DEFINITION, json!({ "certificate": [code] }));
    for _ in 0..2 {
        assert_eq!(shake(&[&*first, &*second], Carries::Requests).0, Handshake::Continue);
    }
}

#[test]
fn a_function_of_certificate_may_keep_state_between_handshakes() {
    let counting = of("local n = 0 return function() n = n + 1 if n == 2 then error('the second') end end");
    let outcomes = [(); 3].map(|()| shake(&[&*counting], Carries::Requests).0);
    assert_eq!(outcomes, [Handshake::Continue, Handshake::Abort, Handshake::Continue]);
}

#[test]
fn a_handshake_may_ask_for_a_certificate_and_leave_no_session() {
    let code = "assert(kong.client.tls.request_client_certificate())
        assert(kong.client.tls.disable_session_reuse())";
    let both = Wishes { client_certificate: true, fresh_session: true };
    assert_eq!(shake(&[&*of(code)], Carries::Requests), (Handshake::Continue, both));
    let code = "local asked, message = kong.client.tls.request_client_certificate() assert(asked == nil and message)";
    assert_eq!(shake(&[&*of(code)], Carries::Stream), (Handshake::Continue, Wishes::default()));
    for call in ["request_client_certificate", "disable_session_reuse"] {
        let code = format!("kong.response.exit(200, select(2, pcall(kong.client.tls.{call})))");
        let told = body_of(&access(&code, Request::get("/")));
        assert!(told.ends_with("function cannot be called in access phase (only in: certificate)"), "{told}");
    }
}

#[test]
fn the_certificates_of_a_client_are_told_in_later_phases() {
    let code = "kong.response.exit(200, tostring(kong.client.tls.get_full_client_certificate_chain()))";
    let handler = handler(&pre_function::DEFINITION, json!({ "access": [code] }));
    let send = |shown: Option<&[u8]>| body_of(&World::new().over_tls(shown).send(&*handler, Request::get("/")));
    assert_eq!(send(None), "nil");
    let line = "eHh4".repeat(16);
    let expected = format!("-----BEGIN CERTIFICATE-----\n{line}\neHh4\n-----END CERTIFICATE-----\n");
    assert_eq!(send(Some(&[b'x'; 51])), expected);
}
