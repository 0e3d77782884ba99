//! Which methods a path has.

use http::header::ALLOW;
use serde_json::json;

use crate::driver::Node;

const COLLECTION: &str = "GET, HEAD, OPTIONS, POST";
const RECORD: &str = "DELETE, GET, HEAD, OPTIONS, PATCH, PUT";
const TARGET: &str = "GET, HEAD, OPTIONS, PATCH, PUT";
const INFORMATION: &str = "GET, HEAD, OPTIONS";

const PATHS: [(&str, &str); 18] = [
    ("/services", COLLECTION),
    ("/services/any", RECORD),
    ("/services/any/routes", COLLECTION),
    ("/services/any/routes/any", RECORD),
    ("/routes/any/service", TARGET),
    ("/consumers/any/key-auth", COLLECTION),
    ("/", INFORMATION),
    ("/status", INFORMATION),
    ("/status/dns", INFORMATION),
    ("/timers", INFORMATION),
    ("/openapi.json", INFORMATION),
    ("/history", INFORMATION),
    ("/history/1/undo", "OPTIONS, POST"),
    ("/cache", "DELETE, OPTIONS"),
    ("/cache/any", "DELETE, GET, HEAD, OPTIONS"),
    ("/tags", INFORMATION),
    ("/plugins/enabled", INFORMATION),
    ("/schemas/routes/validate", "OPTIONS, POST"),
];

fn allow(answer: &gibbon_admin::Answer) -> Option<&str> {
    answer.headers.iter().find(|(name, _)| *name == ALLOW).and_then(|(_, value)| value.to_str().ok())
}

#[tokio::test]
async fn options_lists_the_methods() {
    let node = Node::new().await;
    for (path, methods) in PATHS {
        let answer = node.send("OPTIONS", path, "", String::new()).await;
        assert_eq!((answer.status.as_u16(), allow(&answer), &answer.body), (204, Some(methods), &None), "{path}");
    }
    assert_eq!(node.call("OPTIONS", "/teapots", json!(null)).await.0, 404);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_not_allowed() {
    let node = Node::new().await;
    for (path, methods) in PATHS {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if methods.contains(method) || (path, method) == ("/routes/any/service", "DELETE") {
                continue;
            }
            let answer = node.send(method, path, "application/json", "{}".to_owned()).await;
            assert_eq!((answer.status.as_u16(), allow(&answer)), (405, Some(methods)), "{method} {path}");
            assert_eq!(answer.body, Some(json!({"message": "Method not allowed"})), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_method_that_is_nowhere_is_refused_on_any_path() {
    let node = Node::new().await;
    for path in ["/services", "/teapots"] {
        assert_eq!(node.call("TRACE", path, json!(null)).await.0, 405, "{path}");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_is() {
    let node = Node::new().await;
    node.given("/services", json!({"name": "orders", "host": "orders.internal"})).await;
    for path in ["/services", "/services/orders", "/services/none", "/status/none"] {
        let (get, head) = (node.get(path).await, node.call("HEAD", path, json!(null)).await);
        assert_eq!(get, head, "{path}");
    }
}
