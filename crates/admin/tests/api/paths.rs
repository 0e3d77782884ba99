//! Every path that clients of Kong know and that this gateway has.

use std::collections::BTreeSet;

use crate::driver::Node;

const PATHS: [&str; 123] = [
    "/",
    "/acls",
    "/acls/{acls}",
    "/acls/{acls}/consumer",
    "/acme_storage",
    "/acme_storage/{acme_storage}",
    "/basic-auths",
    "/basic-auths/{basicauth_credentials}",
    "/basic-auths/{basicauth_credentials}/consumer",
    "/ca_certificates",
    "/ca_certificates/{ca_certificates}",
    "/certificates",
    "/certificates/{certificates}",
    "/certificates/{certificates}/services",
    "/certificates/{certificates}/services/{services}",
    "/certificates/{certificates}/snis",
    "/certificates/{certificates}/snis/{snis}",
    "/certificates/{certificates}/upstreams",
    "/certificates/{certificates}/upstreams/{upstreams}",
    "/clustering/data-planes",
    "/clustering/status",
    "/consumers",
    "/consumers/{consumers}",
    "/consumers/{consumers}/acls",
    "/consumers/{consumers}/acls/{acls}",
    "/consumers/{consumers}/basic-auth",
    "/consumers/{consumers}/basic-auth/{basicauth_credentials}",
    "/consumers/{consumers}/hmac-auth",
    "/consumers/{consumers}/hmac-auth/{hmacauth_credentials}",
    "/consumers/{consumers}/jwt",
    "/consumers/{consumers}/jwt/{jwt_secrets}",
    "/consumers/{consumers}/key-auth",
    "/consumers/{consumers}/key-auth/{keyauth_credentials}",
    "/consumers/{consumers}/oauth2",
    "/consumers/{consumers}/oauth2/{oauth2_credentials}",
    "/consumers/{consumers}/plugins",
    "/consumers/{consumers}/plugins/{plugins}",
    "/endpoints",
    "/filter-chains",
    "/filter-chains/{filter_chains}",
    "/filter-chains/{filter_chains}/route",
    "/filter-chains/{filter_chains}/service",
    "/hmac-auths",
    "/hmac-auths/{hmacauth_credentials}",
    "/hmac-auths/{hmacauth_credentials}/consumer",
    "/jwts",
    "/jwts/{jwt_secrets}",
    "/jwts/{jwt_secrets}/consumer",
    "/key-auths",
    "/key-auths/{keyauth_credentials}",
    "/key-auths/{keyauth_credentials}/consumer",
    "/key-sets",
    "/key-sets/{key_sets}",
    "/key-sets/{key_sets}/keys",
    "/key-sets/{key_sets}/keys/{keys}",
    "/keys",
    "/keys/{keys}",
    "/keys/{keys}/set",
    "/oauth2",
    "/oauth2/{oauth2_credentials}",
    "/oauth2/{oauth2_credentials}/consumer",
    "/oauth2/{oauth2_credentials}/oauth2_tokens",
    "/oauth2/{oauth2_credentials}/oauth2_tokens/{oauth2_tokens}",
    "/oauth2_tokens",
    "/oauth2_tokens/{oauth2_tokens}",
    "/oauth2_tokens/{oauth2_tokens}/credential",
    "/oauth2_tokens/{oauth2_tokens}/service",
    "/plugins",
    "/plugins/enabled",
    "/plugins/schema/{name}",
    "/plugins/{plugins}",
    "/plugins/{plugins}/consumer",
    "/plugins/{plugins}/route",
    "/plugins/{plugins}/service",
    "/routes",
    "/routes/{routes}",
    "/routes/{routes}/filter-chains",
    "/routes/{routes}/filter-chains/{filter_chains}",
    "/routes/{routes}/filters/all",
    "/routes/{routes}/filters/disabled",
    "/routes/{routes}/filters/enabled",
    "/routes/{routes}/plugins",
    "/routes/{routes}/plugins/{plugins}",
    "/routes/{routes}/service",
    "/schemas/filters/{name}",
    "/schemas/plugins/validate",
    "/schemas/plugins/{name}",
    "/schemas/vaults/validate",
    "/schemas/vaults/{name}",
    "/schemas/{db_entity_name}/validate",
    "/schemas/{name}",
    "/services",
    "/services/{services}",
    "/services/{services}/client_certificate",
    "/services/{services}/filter-chains",
    "/services/{services}/filter-chains/{filter_chains}",
    "/services/{services}/oauth2_tokens",
    "/services/{services}/oauth2_tokens/{oauth2_tokens}",
    "/services/{services}/plugins",
    "/services/{services}/plugins/{plugins}",
    "/services/{services}/routes",
    "/services/{services}/routes/{routes}",
    "/sessions",
    "/sessions/{sessions}",
    "/snis",
    "/snis/{snis}",
    "/snis/{snis}/certificate",
    "/status",
    "/tags",
    "/tags/{tags}",
    "/upstreams",
    "/upstreams/{upstreams}",
    "/upstreams/{upstreams}/client_certificate",
    "/upstreams/{upstreams}/health",
    "/upstreams/{upstreams}/targets",
    "/upstreams/{upstreams}/targets/all",
    "/upstreams/{upstreams}/targets/{targets}",
    "/upstreams/{upstreams}/targets/{targets}/healthy",
    "/upstreams/{upstreams}/targets/{targets}/unhealthy",
    "/upstreams/{upstreams}/targets/{targets}/{address}/healthy",
    "/upstreams/{upstreams}/targets/{targets}/{address}/unhealthy",
    "/vaults",
    "/vaults/{vaults}",
];

#[tokio::test]
async fn every_entity_has_the_paths_that_clients_know() {
    let node = Node::new().await;
    let (_, body) = node.get("/endpoints").await;
    let listed: BTreeSet<&str> = body["data"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    let missing: Vec<_> = PATHS.into_iter().filter(|path| !listed.contains(path)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[tokio::test]
async fn every_path_of_an_entity_is_one_that_clients_know() {
    let node = Node::new().await;
    let (_, body) = node.get("/endpoints").await;
    let collections: BTreeSet<&str> = PATHS.into_iter().filter_map(first).collect();
    let listed = body["data"].as_array().unwrap().iter().map(|path| path.as_str().unwrap());
    // `badges` belong to a plugin of these tests.
    let ours = listed.filter(|path| first(path).is_some_and(|first| collections.contains(first)));
    let unknown: Vec<_> = ours.filter(|path| !path.contains("/badge") && !PATHS.contains(path)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

/// The collection that a path begins with, if it is one of records.
fn first(path: &str) -> Option<&str> {
    let first = path.split('/').nth(1)?;
    (!matches!(first, "" | "status" | "schemas" | "endpoints" | "clustering")).then_some(first)
}
