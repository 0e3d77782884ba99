//! The paths of the Admin API that show and forget what is kept.

use std::collections::BTreeSet;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;

use gibbon_plugin_api::{AdminAnswer, AdminCall, AdminPath, Configured};
use http::{Method, StatusCode};
use serde_json::Value;

use super::config::DEFAULT_DICTIONARY;
use super::dictionary::{Dictionaries, Dictionary};
use super::key;
use crate::timestamp;

type Answering = Pin<Box<dyn Future<Output = AdminAnswer> + Send>>;

const ONE: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS"];

/// The operations on one answer that is kept.
const OPERATIONS: &[(&str, &str)] =
    &[("GET", "An answer that the proxy-cache plugin keeps."), ("DELETE", "Forget an answer that is kept.")];

/// See the module.
pub static ADMIN_PATHS: [AdminPath; 3] = [
    AdminPath {
        plugin: "proxy-cache",
        template: "/proxy-cache",
        methods: &["DELETE", "OPTIONS"],
        operations: &[("DELETE", "Forget all answers that the proxy-cache plugin keeps.")],
        on_every_node: &["DELETE"],
        answer: forget_all,
    },
    AdminPath {
        plugin: "proxy-cache",
        template: "/proxy-cache/{cache_key}",
        methods: ONE,
        operations: OPERATIONS,
        on_every_node: &["DELETE"],
        answer: of_any,
    },
    AdminPath {
        plugin: "proxy-cache",
        template: "/proxy-cache/{plugin_id}/caches/{cache_key}",
        methods: ONE,
        operations: OPERATIONS,
        on_every_node: &["DELETE"],
        answer: of_one,
    },
];

fn forget_all(call: AdminCall) -> Answering {
    dictionaries(&call, |_| true).iter().for_each(|dictionary| dictionary.clear());
    answered(StatusCode::NO_CONTENT, None)
}

/// `/proxy-cache/<key>`: whichever plugin keeps it.
fn of_any(call: AdminCall) -> Answering {
    let key = call.parameters.first().cloned().unwrap_or_default();
    one(&call.method, &dictionaries(&call, |_| true), &key)
}

/// `/proxy-cache/<plugin>/caches/<key>`
fn of_one(call: AdminCall) -> Answering {
    let [plugin, key] = &call.parameters[..] else { return answered(StatusCode::NOT_FOUND, None) };
    let id = plugin.parse().ok();
    one(&call.method, &dictionaries(&call, |plugin| Some(plugin.id) == id), key)
}

fn one(method: &Method, dictionaries: &[Arc<Dictionary>], key: &str) -> Answering {
    let Some(key) = key::read(key) else { return answered(StatusCode::NOT_FOUND, None) };
    let found = dictionaries.iter().find_map(|dictionary| Some((dictionary, dictionary.get(&key, timestamp::now())?)));
    match found {
        None => answered(StatusCode::NOT_FOUND, None),
        Some((dictionary, _)) if *method == Method::DELETE => {
            dictionary.forget(&key);
            answered(StatusCode::NO_CONTENT, None)
        }
        Some((_, answer)) => answered(StatusCode::OK, Some(answer.to_json())),
    }
}

/// The dictionaries of some of the plugins, each once.
fn dictionaries(call: &AdminCall, which: impl Fn(&Configured) -> bool) -> Vec<Arc<Dictionary>> {
    let all: Arc<Dictionaries> = call.node.live.get();
    let name = |plugin: &Configured| {
        plugin.config["memory"]["dictionary_name"].as_str().unwrap_or(DEFAULT_DICTIONARY).to_owned()
    };
    let names: BTreeSet<String> = call.configured.iter().filter(|plugin| which(plugin)).map(name).collect();
    names.iter().filter_map(|name| all.get(name)).collect()
}

fn answered(status: StatusCode, body: Option<Value>) -> Answering {
    Box::pin(ready(AdminAnswer { status, body }))
}
