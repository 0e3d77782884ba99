//! Whether a router can be built of a route.

use gibbon_expression::{Expression, Subsystem};
use gibbon_schema::{EntityCheck, Object, RunWhen, custom_check};
use serde_json::Value;

use super::fields;
use super::flavor::Flavor;

/// The conditions that an expression stands in the place of.
const CONDITIONS: [&str; 7] = ["snis", "sources", "destinations", "methods", "hosts", "paths", "headers"];

/// The route must be one that a router can be built of.
pub(super) fn buildable(flavor: Flavor) -> EntityCheck {
    let sources = [
        "id",
        "protocols",
        "snis",
        "sources",
        "destinations",
        "methods",
        "hosts",
        "paths",
        "headers",
        "expression",
        "regex_priority",
        "priority",
    ];
    let check = match flavor {
        Flavor::Expressions => |route: &Object| check_with_expression(route).map_err(in_words),
        Flavor::TraditionalCompatible | Flavor::Traditional => {
            |route: &Object| check_header_patterns(route).map_err(in_words)
        }
    };
    custom_check(sources, check).run_when(RunWhen::Missing)
}

fn in_words(reason: String) -> String {
    format!("Router Expression failed validation: {reason}")
}

/// A header whose only value begins with `~*` is matched by the regular expression that follows.
fn check_header_patterns(route: &Object) -> Result<(), String> {
    let headers = route.get("headers").and_then(Value::as_object);
    for (name, values) in headers.into_iter().flatten() {
        if let Some([Value::String(only)]) = values.as_array().map(Vec::as_slice)
            && let Some(pattern) = only.strip_prefix("~*")
            && let Err(error) = fancy_regex::Regex::new(pattern)
        {
            let why = fields::in_one_line(&error.to_string());
            return Err(format!("header '{name}': invalid regex: '{pattern}' ({why})"));
        }
    }
    Ok(())
}

/// A route has an expression with a priority, or other conditions with a regex priority.
fn check_with_expression(route: &Object) -> Result<(), String> {
    let has_conditions = CONDITIONS.iter().any(|name| !is_empty(route.get(*name)));
    let is_set = |name| route.get(name).and_then(Value::as_f64).is_some_and(|number| number != 0.0);
    let conditions = "'methods', 'hosts', 'paths', 'headers', 'snis', 'sources' or 'destinations'";
    match route.get("expression").and_then(Value::as_str) {
        Some(_) if has_conditions => Err(format!("cannot set 'expression' with {conditions} simultaneously")),
        Some(_) if is_set("regex_priority") => {
            Err("cannot set 'regex_priority' with 'expression' simultaneously".to_owned())
        }
        Some(expression) => {
            Expression::parse(expression, subsystem(route)).map(drop).map_err(|error| error.to_string())
        }
        None if has_conditions && is_set("priority") => {
            Err(format!("cannot set 'priority' with {conditions} simultaneously"))
        }
        None => check_header_patterns(route),
    }
}

/// The first protocol of a route decides which fields its expression may name.
fn subsystem(route: &Object) -> Subsystem {
    let protocols = route.get("protocols").and_then(Value::as_array);
    match protocols.and_then(|protocols| protocols.first()).and_then(Value::as_str) {
        Some("tcp" | "tls" | "udp" | "tls_passthrough") => Subsystem::Stream,
        _ => Subsystem::Http,
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        other => other.is_none_or(Value::is_null),
    }
}
