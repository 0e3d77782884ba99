//! The paths that are no records.

use gibbon_balancer::health::Health;
use serde_json::{Value, json};

use super::operations::{READ, WRITE, body_of, page, paging, with_responses};
use crate::dispatch::Endpoint;

/// An operation on a path that is derived from no entity.
pub(super) fn operation(endpoint: Endpoint, method: &str) -> Value {
    let (tag, summary) = words(endpoint, method);
    let mut operation = json!({ "summary": summary, "tags": [tag] });
    if is_listing(endpoint) {
        operation["parameters"] = paging().into();
    }
    let takes_a_body = matches!(
        endpoint,
        Endpoint::Validate | Endpoint::ValidatePlugin | Endpoint::ValidateVault | Endpoint::Explain | Endpoint::Try
    ) || (endpoint == Endpoint::Config && method == "POST");
    if takes_a_body {
        operation["requestBody"] = body_of(&json!({ "type": "object" }));
    }
    let (success, others) = answers(endpoint, method);
    let mut operation = with_responses(operation, success, &others);
    if endpoint == Endpoint::Metrics {
        operation["responses"]["200"]["content"] = json!({ "text/plain": { "schema": { "type": "string" } } });
    }
    if endpoint == Endpoint::Requests {
        operation["parameters"] = following().into();
    }
    if matches!(endpoint, Endpoint::Overview | Endpoint::Requests) {
        operation["responses"]["200"]["content"] = json!({ "text/event-stream": { "schema": { "type": "string" } } });
    }
    if matches!(endpoint, Endpoint::Plugin(_)) {
        // The paths of plugins say so without a body, as in Kong.
        operation["responses"]["404"] = json!({ "description": "There is nothing of the kind." });
    }
    operation
}

fn words(endpoint: Endpoint, method: &str) -> (&'static str, &'static str) {
    match endpoint {
        Endpoint::Root => ("node", "What this node is, and its settings."),
        Endpoint::Status => ("node", "How it fares."),
        Endpoint::Ready => ("node", "Whether it can serve."),
        Endpoint::Metrics => ("node", "What it has counted, as Prometheus reads it."),
        Endpoint::LogLevel => ("node", "How much it logs."),
        Endpoint::ChangeLogLevel => ("node", "Log more or less, for a while or until it is changed again."),
        Endpoint::ChangeLogLevels => ("node", "The same on all nodes that share the database."),
        Endpoint::StatusDns => ("node", "What its resolver counts."),
        Endpoint::Timers => ("node", "What runs beside requests."),
        Endpoint::Cache => ("node", "Forget everything that is remembered of the database."),
        Endpoint::CacheKey if method == "DELETE" => ("node", "Forget one thing that is remembered of the database."),
        Endpoint::CacheKey => ("node", "One thing that is remembered of the database."),
        Endpoint::Config if method == "POST" => ("node", "Serve what a document declares, and nothing else."),
        Endpoint::Config => ("node", "The whole configuration of a node without a database, as a document."),
        Endpoint::Explain => ("node", "What would become of a request, and why; nothing is sent anywhere."),
        Endpoint::Overview => {
            ("node", "What it does, second by second, after the last 15 minutes: server-sent events.")
        }
        Endpoint::Requests => ("node", "Single requests while they go on, without secrets: server-sent events."),
        Endpoint::Try => ("node", "Send a request through the proxy of this node, and see the whole way that it goes."),
        Endpoint::Lint => ("node", "What is configured and surely not meant, the worst first."),
        Endpoint::Endpoints => ("node", "Every path of this API."),
        Endpoint::OpenApi => ("node", "This document."),
        Endpoint::History => ("history", "The last writes, the newest first."),
        Endpoint::HistoryEntry => ("history", "One write, with the records before and after."),
        Endpoint::Undo => ("history", "Take a write back, as a new write."),
        Endpoint::Tags => ("node", "All tags, and what has them."),
        Endpoint::Tag => ("node", "What has a tag."),
        Endpoint::PluginsEnabled => ("node", "The plugins that this gateway has."),
        Endpoint::PluginConfig => ("schemas", "What a plugin can be told."),
        Endpoint::PluginSchema => ("schemas", "What a record of a plugin looks like."),
        Endpoint::ValidatePlugin => ("schemas", "Whether a plugin would be taken."),
        Endpoint::VaultSchema => ("schemas", "What a kind of vault can be told."),
        Endpoint::ValidateVault => ("schemas", "Whether a vault would be taken."),
        Endpoint::Absent(_) => ("node", "Nothing: it belongs to a way of running Kong Gateway that is not here."),
        Endpoint::Schema => ("schemas", "What a record looks like."),
        Endpoint::Validate => ("schemas", "Whether a record would be taken."),
        Endpoint::AllTargets => ("targets", "All targets of an upstream."),
        Endpoint::Health => ("upstreams", "How the targets of an upstream are."),
        Endpoint::SetHealth(Health::Healthy) => ("targets", "Say that a target is healthy."),
        Endpoint::SetHealth(Health::Unhealthy) => ("targets", "Say that a target is unhealthy."),
        Endpoint::Plugin(path) => {
            let words = path.operations.iter().find(|(of, _)| *of == method || (method == "HEAD" && *of == "GET"));
            ("node", words.map_or("", |(_, words)| words))
        }
        Endpoint::Records(_) => ("node", "Records."),
    }
}

/// Which requests are followed.
fn following() -> Vec<Value> {
    let parameter = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "string" } });
    ["route", "service", "consumer", "status", "method", "path"].map(parameter).into()
}

fn is_listing(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::Tags | Endpoint::Tag | Endpoint::History | Endpoint::AllTargets | Endpoint::Health)
}

/// What `GET /lint` answers.
fn found() -> Value {
    let text = || json!({ "type": "string" });
    let entity = json!({
        "type": "object",
        "properties": { "type": text(), "id": { "type": "string", "format": "uuid" }, "name": { "type": ["string", "null"] } },
    });
    let finding = json!({
        "type": "object",
        "properties": {
            "code": text(),
            "severity": { "type": "string", "enum": ["info", "warning", "error"] },
            "entity": entity,
            "message": text(),
        },
        "required": ["code", "severity", "entity", "message"],
    });
    json!({
        "type": "object",
        "properties": { "data": { "type": "array", "items": finding }, "total": { "type": "integer" } },
        "required": ["data", "total"],
    })
}

type Answers = ((u16, Value), Vec<u16>);

/// The answer when all goes well, and the statuses that can come instead.
fn answers(endpoint: Endpoint, method: &str) -> Answers {
    let object = || json!({ "type": "object" });
    let component = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let read = |schema, more: &[u16]| ((200, schema), [READ, more].concat());
    match endpoint {
        Endpoint::Config if method == "POST" => ((201, object()), [WRITE, &[304]].concat()),
        Endpoint::Ready => read(object(), &[]),
        Endpoint::Explain => ((200, object()), WRITE.to_vec()),
        Endpoint::Try => ((200, object()), [WRITE, &[409, 429, 502, 504]].concat()),
        Endpoint::Lint => read(found(), &[]),
        Endpoint::Overview => read(object(), &[503]),
        Endpoint::Requests => read(object(), &[400, 503]),
        Endpoint::LogLevel => read(object(), &[404]),
        Endpoint::ChangeLogLevel | Endpoint::ChangeLogLevels => ((200, object()), [WRITE, &[404]].concat()),
        Endpoint::StatusDns => read(object(), &[501]),
        Endpoint::Cache => ((204, Value::Null), WRITE.to_vec()),
        Endpoint::CacheKey if method == "DELETE" => ((204, Value::Null), WRITE.to_vec()),
        Endpoint::CacheKey => read(object(), &[404]),
        Endpoint::AllTargets => read(page(&component("targets")), &[404]),
        Endpoint::Health => read(object(), &[404]),
        Endpoint::SetHealth(_) => ((204, Value::Null), [WRITE, &[404]].concat()),
        Endpoint::History => read(page(&component("history_entry")), &[]),
        Endpoint::HistoryEntry => read(component("history_entry"), &[404]),
        Endpoint::Undo => ((200, component("history_entry")), [WRITE, &[404, 409]].concat()),
        Endpoint::Tags | Endpoint::Tag => read(page(&object()), &[]),
        Endpoint::PluginConfig | Endpoint::PluginSchema | Endpoint::VaultSchema | Endpoint::Schema => {
            read(component("schema"), &[404])
        }
        Endpoint::Plugin(_) if method == "DELETE" => ((204, Value::Null), WRITE.to_vec()),
        Endpoint::Plugin(_) => read(object(), &[]),
        Endpoint::Absent(_) => ((400, object()), Vec::new()),
        Endpoint::Validate | Endpoint::ValidatePlugin | Endpoint::ValidateVault => (
            (200, json!({ "type": "object", "properties": { "message": { "type": "string" } } })),
            [WRITE, &[404]].concat(),
        ),
        _ => read(object(), &[]),
    }
}
