//! Thirty functions of the kinds that people post in forums and guides: what each is for, and what becomes of a request.

use http::Method;

use super::*;

/// What a function does.
enum Does {
    /// It answers: the status, and what the body has in it.
    Answers(u16, &'static str),
    /// It lets the request through with a field for the upstream.
    Tells(&'static str, &'static str),
    /// It lets it through without that field.
    Hides(&'static str),
    /// It sends the upstream another path, with another query.
    Asks(&'static str, Option<&'static str>),
    /// It sends the upstream this body.
    Sends(Value),
    /// It sends the request to another host.
    Goes(&'static str, u16),
    /// Nothing.
    Nothing,
}

use Does::{Answers, Asks, Goes, Hides, Nothing, Sends, Tells};

fn check(what: &str, code: &str, request: Request, does: Does) {
    let outcome = access(code, request);
    let reply = outcome.reply.as_ref().map(|reply| reply.status.as_u16());
    let told = |name: &str| outcome.head.headers.get_str(name);
    match does {
        Answers(status, part) => {
            let body = body_of(&outcome);
            assert!(reply == Some(status) && body.contains(part), "{what}: {reply:?} {body}");
        }
        _ if reply.is_some() => panic!("{what}: answers {reply:?} {}", body_of(&outcome)),
        Tells(name, value) => assert_eq!(told(name), Some(value), "{what}"),
        Hides(name) => assert_eq!(told(name), None, "{what}"),
        Asks(path, query) => {
            assert_eq!(outcome.head.upstream_path().unwrap_or(outcome.head.raw_path()), path, "{what}");
            assert_eq!(outcome.head.query(), query, "{what}");
        }
        Sends(body) => assert_eq!(serde_json::from_slice::<Value>(&outcome.body.unwrap()).unwrap(), body, "{what}"),
        Goes(host, port) => {
            let destination = outcome.head.overrides().expect(what);
            assert_eq!((destination.host.as_deref(), destination.port), (Some(host), Some(port)), "{what}");
        }
        Nothing => {}
    }
}

fn posted(body: &'static str) -> Request {
    Request::new(Method::POST, "/").header("content-type", "application/json").body(body)
}

#[test]
fn those_who_may_not_come_in_are_turned_away() {
    let header = r#"
        if not kong.request.get_header("x-custom-auth") then
          return kong.response.exit(401, "Invalid Credentials")
        end
        kong.service.request.clear_header("x-custom-auth")"#;
    check("a secret header", header, Request::get("/"), Answers(401, "Invalid Credentials"));
    check("which goes", header, Request::get("/").header("X-Custom-Auth", "a"), Hides("x-custom-auth"));
    let methods = r#"
        local allowed = { GET = true, HEAD = true }
        if not allowed[kong.request.get_method()] then
          return kong.response.exit(405, { message = "Method not allowed" }, { ["Allow"] = "GET, HEAD" })
        end"#;
    check("methods", methods, Request::new(Method::DELETE, "/"), Answers(405, "Method not allowed"));
    let agents = r#"
        local agent = kong.request.get_header("User-Agent") or ""
        for _, bad in ipairs({ "curl", "python%-requests", "sqlmap" }) do
          if agent:lower():find(bad) then return kong.response.exit(403, { message = "Forbidden" }) end
        end"#;
    check("agents", agents, Request::get("/").header("User-Agent", "Python-Requests/2"), Answers(403, "Forbidden"));
    check("others", agents, Request::get("/").header("User-Agent", "Mozilla/5.0"), Nothing);
    let addresses = r#"
        local ip = kong.client.get_forwarded_ip()
        if not ip:match("^10%.") then return kong.response.exit(403, "not from " .. ip) end"#;
    check("addresses", addresses, Request::get("/").from("192.0.2.7"), Answers(403, "not from 192.0.2.7"));
    let paths = r#"
        if ngx.re.match(ngx.var.request_uri, [[\.(php|asp|env)(\?|$)]], "ijo") then return ngx.exit(404) end"#;
    check("probes of scanners", paths, Request::get("/x/.ENV?a"), Answers(404, ""));
    let admin = r#"
        local path = kong.request.get_path()
        if path:sub(1, 6) == "/admin" and kong.request.get_header("X-Role") ~= "admin" then
          return kong.response.error(403, "admins only")
        end"#;
    check("a part of the paths", admin, Request::get("/admin/users"), Answers(403, "admins only"));
    check("the other part", admin, Request::get("/users"), Nothing);
    let body = r#"
        local body = kong.request.get_body()
        for _, field in ipairs({ "name", "email" }) do
          if not body[field] or body[field] == "" then
            return kong.response.exit(422, { errors = { [field] = "is required" } })
          end
        end"#;
    check("fields of a body", body, posted(r#"{"name":"ann"}"#), Answers(422, r#"{"errors":{"email":"is required"}}"#));
}

#[test]
fn browsers_are_sent_where_they_should_be() {
    let https = r#"
        if kong.request.get_forwarded_scheme() == "http" then
          local url = "https://" .. kong.request.get_forwarded_host() .. kong.request.get_path_with_query()
          return kong.response.exit(301, "", { ["Location"] = url })
        end"#;
    let outcome = access(https, Request::get("/a?b=1").header("host", "shop.example"));
    assert_eq!(outcome.reply_header("location"), Some("https://shop.example/a?b=1"));
    let slash = r#"
        local path = ngx.var.uri
        if path ~= "/" and path:sub(-1) == "/" then return ngx.redirect(path:sub(1, -2), 301) end"#;
    assert_eq!(access(slash, Request::get("/a/")).reply_header("location"), Some("/a"));
    let preflight = r#"
        if ngx.req.get_method() == "OPTIONS" then
          ngx.header["Access-Control-Allow-Origin"] = ngx.req.get_headers()["origin"]
          ngx.header["Access-Control-Allow-Methods"] = "GET, POST"
          return ngx.exit(204)
        end"#;
    check("a preflight", preflight, Request::new(Method::OPTIONS, "/").header("Origin", "https://a"), Answers(204, ""));
    let mock = r#"return kong.response.exit(200, { id = 7, items = { "a", "b" } }, { ["Content-Type"] = "application/json" })"#;
    check("a mock", mock, Request::get("/"), Answers(200, r#""items":["a","b"]"#));
}

#[test]
fn upstreams_are_told_who_asks() {
    let bearer = r#"
        local session = ngx.var.cookie_session
        if session then kong.service.request.set_header("Authorization", "Bearer " .. session) end"#;
    check(
        "a cookie",
        bearer,
        Request::get("/").header("Cookie", "session=abc; a=b"),
        Tells("authorization", "Bearer abc"),
    );
    let query = r#"
        local token = kong.request.get_query_arg("access_token")
        if token then
          kong.service.request.set_header("Authorization", "Bearer " .. token)
          kong.service.request.clear_query_arg("access_token")
        end"#;
    check("a query", query, Request::get("/?access_token=t"), Tells("authorization", "Bearer t"));
    check("which goes", query, Request::get("/a?access_token=t&x=1"), Asks("/a", Some("x=1")));
    let basic = r#"
        local kind, encoded = (kong.request.get_header("Authorization") or ""):match("^(%S+)%s+(%S+)$")
        if kind == "Basic" then
          local user = ngx.decode_base64(encoded):match("^([^:]*):")
          kong.service.request.set_header("X-User", user)
        end"#;
    check("a name", basic, Request::get("/").header("Authorization", "Basic YW5uOnBhc3M="), Tells("x-user", "ann"));
    let forwarded = r#"kong.service.request.set_header("X-Client-IP", kong.client.get_forwarded_ip())"#;
    check("an address", forwarded, Request::get("/").from("192.0.2.7"), Tells("x-client-ip", "192.0.2.7"));
    let host = r#"
        local tenant = kong.request.get_host():match("^([^.]+)%.")
        kong.service.request.add_header("X-Tenant", tenant)"#;
    check("a tenant", host, Request::get("/").header("Host", "blue.shop.example"), Tells("x-tenant", "blue"));
    let remove = r#"for _, name in ipairs({ "X-Debug", "X-Internal" }) do kong.service.request.clear_header(name) end"#;
    check("nothing inner", remove, Request::get("/").header("X-Internal", "1"), Hides("x-internal"));
    let given = r#"
        if not kong.request.get_header("X-Correlation-Id") then
          kong.service.request.set_header("X-Correlation-Id", "new-" .. #ngx.var.request_id)
        end"#;
    check("an id", given, Request::get("/"), Tells("x-correlation-id", "new-32"));
    let body = r#"
        local cjson = require "cjson.safe"
        local body = cjson.decode(kong.request.get_raw_body())
        if body and body.uuid then kong.service.request.set_header("X-UUID", body.uuid) end"#;
    check("a part of the body", body, posted(r#"{"uuid":"u-1"}"#), Tells("x-uuid", "u-1"));
    let digest = r#"
        local signature = ngx.encode_base64(ngx.hmac_sha1("secret", kong.request.get_raw_body()))
        kong.service.request.set_header("X-Signature", signature)"#;
    check("a signature", digest, posted("data"), Tells("x-signature", "mBjjMGulrCZ7XyZ5/kq9N+bNe1Q="));
    let accept = r#"
        local version = (kong.request.get_header("Accept") or ""):match("application/vnd%.shop%.v(%d+)%+json")
        kong.service.request.set_header("X-API-Version", version or 1)"#;
    let wanted = Request::get("/").header("Accept", "application/vnd.shop.v3+json");
    check("a media type", accept, wanted, Tells("x-api-version", "3"));
    let named = r#"
        local names = { ["/v1"] = "one", ["/v2"] = "two" }
        for prefix, name in pairs(names) do
          if ngx.re.find(kong.request.get_path(), "^" .. prefix, "jo") then
            kong.service.request.set_headers({ ["X-Version"] = name })
          end
        end"#;
    check("a version", named, Request::get("/v2/a"), Tells("x-version", "two"));
}

#[test]
fn upstreams_are_asked_for_something_else() {
    let prefix = r#"kong.service.request.set_path((kong.request.get_path():gsub("^/api/v1", "")))"#;
    check("without a prefix", prefix, Request::get("/api/v1/users"), Asks("/users", None));
    let lower = r#"kong.service.request.set_path(string.lower(kong.request.get_path()))"#;
    check("in lower case", lower, Request::get("/Users"), Asks("/users", None));
    let to_query = r#"
        local id = kong.request.get_path():match("/users/(%d+)")
        if id then
          kong.service.request.set_path("/users")
          kong.service.request.set_query({ id = id })
        end"#;
    check("a path as a query", to_query, Request::get("/users/42"), Asks("/users", Some("id=42")));
    let default = r#"
        local args = kong.request.get_query()
        args.limit = math.min(tonumber(args.limit) or 20, 100)
        kong.service.request.set_query(args)"#;
    check("a bound", default, Request::get("/?limit=5000"), Asks("/", Some("limit=100")));
    let graph = r#"
        if kong.request.get_header("Content-Type") == "application/json" then
          local body = kong.request.get_body()
          body.source, body.debug = "gateway", nil
          kong.service.request.set_body(body)
        end"#;
    check("a body", graph, posted(r#"{"a":1,"debug":true}"#), Sends(json!({ "a": 1, "source": "gateway" })));
}

#[test]
fn requests_go_elsewhere() {
    let canary = r#"
        if kong.request.get_header("X-Canary") == "always" then
          kong.service.set_target("canary.internal", 8080)
        end"#;
    check("by a header", canary, Request::get("/").header("X-Canary", "always"), Goes("canary.internal", 8080));
    let sticky = r#"
        local hash = 0
        for byte in (ngx.var.cookie_user or ""):gmatch(".") do hash = (hash * 31 + byte:byte()) % 100 end
        if hash < 100 then kong.service.set_target("blue.internal", 80) else kong.service.set_target("green.internal", 80) end"#;
    check("by a hash", sticky, Request::get("/").header("Cookie", "user=ann"), Goes("blue.internal", 80));
    let tenants = r#"
        local upstreams = { blue = { "10.0.0.1", 9001 }, green = { "10.0.0.2", 9002 } }
        local found = upstreams[kong.request.get_query_arg("tenant")]
        if not found then return kong.response.exit(404, { message = "unknown tenant" }) end
        kong.service.set_target(unpack(found))"#;
    check("by a table", tenants, Request::get("/?tenant=green"), Goes("10.0.0.2", 9002));
    check("or nowhere", tenants, Request::get("/?tenant=red"), Answers(404, "unknown tenant"));
}
