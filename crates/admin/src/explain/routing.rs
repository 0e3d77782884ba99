//! Which route a request belongs to, and why the near ones are not it.

use std::net::IpAddr;

use gibbon_plugin_api::{Connection, Headers, RequestHead, Scheme};
use gibbon_router::{HeaderLookup, RequestKey, Scheme as RouterScheme};
use gibbon_runtime::{Condition, RouteEntry, Snapshot};
use serde_json::{Value, json};

/// How many other routes are told of.
const NEAR: usize = 5;

/// How many routes are looked at for them.
const LOOKED_AT: usize = 5_000;

struct Fields<'a>(&'a Headers);

impl HeaderLookup for Fields<'_> {
    fn any(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.all(name).any(accept)
    }
}

/// The route of a request, and how much of its path that has matched.
pub(super) fn find<'s>(
    snapshot: &'s Snapshot,
    head: &RequestHead,
    client: &Connection,
    client_ip: IpAddr,
    path: &str,
) -> Option<(&'s RouteEntry, Option<usize>)> {
    let fields = Fields(&head.headers);
    let found = snapshot.routes.router().find(&key(head, client, client_ip, path, &fields))?;
    Some((snapshot.routes.entry(found.index)?, found.prefix))
}

/// The route, and those that nearly were it.
pub(super) fn explain(
    snapshot: &Snapshot,
    head: &RequestHead,
    client: &Connection,
    client_ip: IpAddr,
    path: &str,
) -> (Value, Value) {
    let found = find(snapshot, head, client, client_ip, path).map(|(entry, prefix)| {
        let matched = prefix.and_then(|prefix| path.get(..prefix));
        json!({ "id": entry.route.id, "name": entry.route.name, "matched_path": matched })
    });
    let fields = Fields(&head.headers);
    let near = snapshot.routes.near(&key(head, client, client_ip, path, &fields), NEAR, LOOKED_AT);
    let near = near.iter().map(|miss| {
        let fails: Vec<_> = miss.fails.iter().copied().map(Condition::as_str).collect();
        let why = if fails.is_empty() { "it fits, and another route comes first".to_owned() } else { why(&fails) };
        let document: Value = serde_json::from_str(miss.entry.route.json()).unwrap_or_default();
        let wanted = fails.iter().filter_map(|field| Some(((*field).to_owned(), document.get(*field)?.clone())));
        let wanted: serde_json::Map<String, Value> = wanted.collect();
        json!({ "id": miss.entry.route.id, "name": miss.entry.route.name, "fails": fails, "wanted": wanted, "because": why })
    });
    (found.unwrap_or_default(), near.collect())
}

fn why(fails: &[&str]) -> String {
    format!("the request does not fit its {}", fails.join(" and "))
}

fn key<'a>(
    head: &'a RequestHead,
    client: &'a Connection,
    client_ip: IpAddr,
    path: &'a str,
    headers: &'a Fields<'a>,
) -> RequestKey<'a> {
    RequestKey {
        host: head.host(),
        port: client.local_port,
        sni: client.sni.as_deref(),
        path,
        query: head.query().unwrap_or_default(),
        headers,
        source_ip: Some(client_ip),
        destination_ip: Some(client.local_ip),
        ..RequestKey::new(
            match client.scheme {
                Scheme::Http => RouterScheme::Http,
                Scheme::Https => RouterScheme::Https,
            },
            head.method.as_str(),
        )
    }
}
