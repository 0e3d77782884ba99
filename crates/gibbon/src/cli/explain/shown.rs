//! An explanation as lines of a terminal.

use serde_json::Value;

/// All lines.
pub(super) fn lines(explained: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    route(explained, &mut lines);
    for plugin in array(&explained["plugins"]) {
        let (name, scope) = (text(&plugin["name"]), &plugin["scope"]);
        lines.push(format!("plugin {name} ({}) {}", scope_of(scope), text(&plugin["decision"])));
        lines.extend(array(&plugin["steps"]).iter().map(step));
    }
    if let Some(url) = explained["upstream"]["url"].as_str() {
        lines.push(format!("upstream {url}"));
        lines.extend(
            array(&explained["upstream"]["targets"]["one_of"])
                .iter()
                .map(|target| format!("    one of {} ({})", text(&target["target"]), text(&target["health"]))),
        );
    }
    lines.push(outcome(&explained["outcome"]));
    lines
}

fn route(explained: &Value, lines: &mut Vec<String>) {
    let found = &explained["route"];
    lines.push(match found {
        Value::Null => "no route fits".to_owned(),
        _ => format!("route {} by the path {}", name_of(found), found["matched_path"].as_str().unwrap_or("(any)")),
    });
    for near in array(&explained["near_routes"]) {
        lines.push(format!("    not {}: {}", name_of(near), text(&near["because"])));
    }
}

/// One step: a mark, what it is, what was found and what was wanted.
fn step(step: &Value) -> String {
    let mark = match step["outcome"].as_str() {
        Some("holds") => "ok  ",
        Some("fails") => "FAIL",
        _ => "    ",
    };
    let mut line = format!("  {mark} {}", text(&step["step"]));
    for (word, value) in [("is", &step["found"]), ("wanted", &step["wanted"])] {
        if !value.is_null() {
            line.push_str(&format!("; {word} {}", text(value)));
        }
    }
    if !step["remark"].is_null() {
        line.push_str(&format!(" ({})", text(&step["remark"])));
    }
    line
}

fn outcome(outcome: &Value) -> String {
    if outcome["passes"] == true {
        return "the request would be sent".to_owned();
    }
    let (status, body) = (&outcome["answer"]["status"], &outcome["answer"]["body"]);
    format!(
        "the request would be answered with {status} {}",
        if body.is_null() { "".to_owned() } else { body.to_string() }
    )
    .trim_end()
    .to_owned()
}

fn scope_of(scope: &Value) -> String {
    match scope {
        Value::Object(parts) => {
            let parts: Vec<_> = parts.iter().map(|(kind, id)| format!("{kind} {}", text(id))).collect();
            parts.join(", ")
        }
        other => text(other),
    }
}

fn name_of(record: &Value) -> String {
    text(if record["name"].is_null() { &record["id"] } else { &record["name"] })
}

/// Text as it is, everything else as JSON. Control characters of a token are not a terminal's to obey.
fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_explanation_is_read_from_the_route_to_the_outcome() {
        let explained = json!({
            "route": { "id": "1", "name": "orders", "matched_path": "/orders" },
            "near_routes": [{ "id": "2", "name": null, "because": "the request does not fit its hosts" }],
            "plugins": [
                { "name": "jwt", "scope": { "route": "1" }, "decision": "refuses", "steps": [
                    { "step": "claims", "outcome": "noted", "found": { "exp": 1 } },
                    { "step": "claim `exp`", "outcome": "fails", "found": 1, "remark": "token expired\u{1b}[2J" },
                ] },
                { "name": "cors", "scope": "everything", "decision": "is not reached" },
            ],
            "upstream": null,
            "outcome": { "passes": false, "answer": { "status": 401, "body": { "exp": "token expired" } } },
        });
        assert_eq!(
            lines(&explained),
            [
                "route orders by the path /orders",
                "    not 2: the request does not fit its hosts",
                "plugin jwt (route 1) refuses",
                "       claims; is {\"exp\":1}",
                "  FAIL claim `exp`; is 1 (token expired\u{fffd}[2J)",
                "plugin cors (everything) is not reached",
                "the request would be answered with 401 {\"exp\":\"token expired\"}",
            ]
        );
    }
}
