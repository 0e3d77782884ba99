//! The paths of the API as it lists them.

use serde_json::json;

use crate::driver::Node;

#[tokio::test]
async fn every_entity_has_its_paths() {
    let node = Node::new().await;
    let (status, body) = node.get("/endpoints").await;
    assert_eq!(status, 200);
    let paths: Vec<&str> = body["data"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    for path in [
        "/",
        "/consumers",
        "/consumers/{consumers}",
        "/consumers/{consumers}/jwt",
        "/consumers/{consumers}/jwt/{jwt_secrets}",
        "/consumers/{consumers}/key-auth/{keyauth_credentials}",
        "/jwts/{jwt_secrets}/consumer",
        "/plugins/enabled",
        "/plugins/{plugins}/route",
        "/routes/{routes}/service",
        "/schemas/{name}",
        "/services/{services}/plugins/{plugins}",
        "/services/{services}/routes",
        "/tags/{tags}",
    ] {
        assert!(paths.contains(&path), "{path} is missing in {paths:?}");
    }
}

#[tokio::test]
async fn a_path_of_its_own_comes_before_a_record_of_that_name() {
    let node = Node::new().await;
    let (status, body) = node.get("/plugins/enabled").await;
    let mut names: Vec<_> = gibbon_plugins::registry::all().iter().map(|plugin| plugin.name).collect();
    names.push("fragile");
    names.sort_unstable();
    assert_eq!((status, &body["enabled_plugins"]), (200, &json!(names)));
    assert_eq!(node.get("/schemas/plugins/jwt").await.0, 200);
    assert_eq!(node.call("POST", "/schemas/plugins/validate", json!({"name": "jwt"})).await.0, 200);
    assert_eq!(node.call("POST", "/schemas/jwt_secrets/validate", json!({})).await.0, 400);
}
