//! Tokens and the log of writes, over the wire.

use gibbon_conf::TokenAccess;

use super::*;
use crate::token::{MadeToken, TokenGate};

struct Guarded {
    running: Running,
    full: String,
    reader: String,
    audit: Arc<Mutex<Vec<u8>>>,
}

/// A server that knows one token for everything and one for reading, and writes down what is to be changed.
async fn guarded() -> Guarded {
    let full = MadeToken::new("ci", TokenAccess::Full).unwrap();
    let reader = MadeToken::new("screens", TokenAccess::ReadOnly).unwrap();
    let audit = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&audit);
    let mut options = options().audited(Some(Arc::new(move |line| sink.lock().unwrap().extend(line))));
    options.tokens = Arc::new(TokenGate::new(&[full.kept, reader.kept]));
    Guarded { running: run(fixture().await, options).await, full: full.text, reader: reader.text, audit }
}

impl Guarded {
    async fn ask(&self, line: &str, token: &str, body: &str) -> Reply {
        self.running.ask(line, &format!("{FORM}Kong-Admin-Token: {token}\r\n"), body).await
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.audit.lock().unwrap().clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_read_or_written() {
    let server = guarded().await;
    for line in ["GET /", "GET /status", "POST /services", "GET /nowhere", "TRACE /"] {
        let reply = server.running.ask(line, HOST, "").await;
        assert_eq!(
            (reply.status, reply.field("www-authenticate")),
            (401, Some("bearer realm=\"admin api\"")),
            "{line}"
        );
        assert!(reply.json()["message"].as_str().unwrap().contains("Kong-Admin-Token"), "{line}");
        assert_eq!(reply.field("access-control-allow-origin").is_some(), line != "TRACE /", "{line}");
    }
}

#[tokio::test]
async fn a_full_token_may_do_everything_and_a_reading_one_may_read() {
    let server = guarded().await;
    assert_eq!(server.ask("POST /services", &server.full, "name=a&host=a").await.status, 201);
    assert_eq!(server.ask("GET /services/a", &server.reader, "").await.status, 200);
    assert_eq!(server.ask("POST /schemas/services/validate", &server.reader, "host=a").await.status, 200);
    for line in ["POST /services", "PATCH /services/a", "DELETE /services/a", "POST /history/1/undo", "DELETE /cache"] {
        let reply = server.ask(line, &server.reader, "host=b").await;
        assert_eq!((reply.status, reply.json()), (403, json!({"message": "this token may only read"})), "{line}");
    }
    let bearer = format!("{HOST}Authorization: Bearer {}\r\n", server.full);
    assert_eq!(server.running.ask("DELETE /services/a", &bearer, "").await.status, 204);
}

#[tokio::test]
async fn a_browser_may_ask_without_a_token_what_it_may_send() {
    let server = guarded().await;
    let fields = format!("{HOST}Origin: {MANAGER}\r\nAccess-Control-Request-Headers: kong-admin-token\r\n");
    let reply = server.running.ask("OPTIONS /services", &fields, "").await;
    assert_eq!((reply.status, reply.field("access-control-allow-headers")), (204, Some("kong-admin-token")));
}

#[tokio::test]
async fn the_history_and_the_log_name_who_has_written() {
    let server = guarded().await;
    server.ask("POST /services", &server.full, "name=a&host=a").await;
    let entry = server.ask("GET /history/1", &server.reader, "").await.json();
    assert_eq!(entry["who"]["token"], "ci");
    assert!(entry["who"]["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
    let lines = server.lines();
    assert_eq!((lines.len(), &lines[0]["token"], &lines[0]["status"]), (1, &json!("ci"), &json!(201)));
    assert_eq!((&lines[0]["method"], &lines[0]["path"]), (&json!("POST"), &json!("/services")));
    assert_eq!(lines[0]["changes"][0]["after"]["name"], "a");
    assert_eq!(lines[0]["changes"][0]["before"], Value::Null);
}

#[tokio::test]
async fn refused_attempts_are_in_the_log_too_and_reading_is_not() {
    let server = guarded().await;
    server.running.ask("POST /services", FORM, "name=a&host=a").await;
    server.ask("POST /services", &server.reader, "name=a&host=a").await;
    server.ask("POST /services", &server.full, "name=a").await;
    server.ask("GET /services", &server.full, "").await;
    let evil = format!("{FORM}Origin: https://evil.example\r\n");
    server.running.ask("DELETE /services/a", &evil, "").await;
    let lines = server.lines();
    let seen: Vec<_> = lines.iter().map(|line| (line["status"].as_u64().unwrap(), line["token"].as_str())).collect();
    assert_eq!(seen, [(401, None), (403, Some("screens")), (400, Some("ci")), (403, None)]);
    assert!(lines.iter().all(|line| line["changes"] == json!([])));
}

#[tokio::test]
async fn no_secret_and_no_token_is_in_the_log() {
    let server = guarded().await;
    server.ask("POST /consumers", &server.full, "username=ada").await;
    server.ask("POST /consumers/ada/key-auth", &server.full, "key=hunter2").await;
    server.ask("DELETE /consumers/ada/key-auth/hunter2", &server.full, "").await;
    server.ask("DELETE /key-auths/hunter2", &server.full, "").await;
    server.ask("DELETE /key-auths/hunter2", "wrong-hunter2", "").await;
    let text = String::from_utf8(server.audit.lock().unwrap().clone()).unwrap();
    assert_eq!(text.lines().count(), 5);
    assert!(!text.contains("hunter2") && !text.contains(&server.full), "{text}");
    assert_eq!(server.lines()[2]["path"], "/consumers/ada/key-auth/******");
}

/// The same on a port with pages.
async fn with_pages() -> Guarded {
    let full = MadeToken::new("ci", TokenAccess::Full).unwrap();
    let reader = MadeToken::new("screens", TokenAccess::ReadOnly).unwrap();
    let mut options = options().behind(gibbon_manager::Manager::new(&conf(&[])), None);
    options.tokens = Arc::new(TokenGate::new(&[full.kept, reader.kept]));
    let running = run(fixture().await, options).await;
    Guarded { running, full: full.text, reader: reader.text, audit: Arc::default() }
}

/// Begins a session; what a browser then sends with each request of the pages.
async fn logged_in(server: &Guarded, token: &str) -> String {
    let reply = server.ask("POST /api/login", token, "").await;
    assert_eq!((reply.status, reply.field("cache-control")), (201, Some("no-store")));
    let set = reply.cookie.clone().unwrap();
    assert!(set.ends_with("; Path=/api; HttpOnly; SameSite=Strict"), "{set}");
    let proof = reply.json()["proof"].as_str().unwrap().to_owned();
    format!("{HOST}Cookie: {}\r\nX-Gibbon-Session: {proof}\r\n", set.split(';').next().unwrap())
}

#[tokio::test]
async fn who_has_shown_a_token_on_the_pages_goes_on_without_it() {
    let server = with_pages().await;
    let fields = logged_in(&server, &server.full).await;
    let reply = server.running.ask("GET /api/login", &fields, "").await;
    assert_eq!((reply.status, reply.json()), (200, json!({"token": "ci", "access": "full"})));
    assert_eq!(
        server
            .running
            .ask("POST /api/services", &format!("{FORM}{}", &fields[HOST.len()..]), "name=a&host=a")
            .await
            .status,
        201
    );
    let half: String =
        fields.lines().filter(|line| !line.starts_with("X-")).map(|line| format!("{line}\r\n")).collect();
    assert_eq!(server.running.ask("GET /api/services", &half, "").await.status, 401);
    let reply = server.running.ask("DELETE /api/login", &fields, "").await;
    assert!(
        reply.status == 204
            && reply.cookie.is_some_and(|cookie| cookie.contains("=; ") && cookie.ends_with("; Max-Age=0"))
    );
    assert_eq!(server.running.ask("GET /api/services", &fields, "").await.status, 401);
}

#[tokio::test]
async fn a_session_may_do_what_its_token_may() {
    let server = with_pages().await;
    let fields = logged_in(&server, &server.reader).await;
    assert_eq!(server.running.ask("GET /api/services", &fields, "").await.status, 200);
    assert_eq!(server.running.ask("DELETE /api/services/a", &fields, "").await.status, 403);
    assert_eq!(server.running.ask("PUT /api/login", &fields, "").await.status, 405);
}

#[tokio::test]
async fn a_page_from_elsewhere_can_do_nothing_in_a_session() {
    let server = with_pages().await;
    let fields = logged_in(&server, &server.full).await;
    for from in ["Origin: https://elsewhere.example\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        let reply = server.running.ask("DELETE /api/services/a", &format!("{fields}{from}"), "").await;
        assert_eq!((reply.status, reply.field("access-control-allow-origin")), (403, None), "{from}");
    }
}

#[tokio::test]
async fn a_session_needs_a_token_that_is_known_and_a_page_of_this_port() {
    let server = with_pages().await;
    assert_eq!(server.ask("POST /api/login", "wrong", "").await.status, 401);
    assert_eq!(server.running.ask("POST /api/login", HOST, "").await.status, 401);
    let foreign = format!("{HOST}Origin: https://elsewhere.example\r\nKong-Admin-Token: {}\r\n", server.full);
    let reply = server.running.ask("POST /api/login", &foreign, "").await;
    assert_eq!((reply.status, reply.cookie), (403, None));
}

#[tokio::test]
async fn a_port_without_pages_has_no_sessions() {
    let server = guarded().await;
    assert_eq!(server.ask("POST /login", &server.full, "").await.status, 404);
}
