//! Values as Lua tables, the notation that Kong uses inside its messages.

use std::fmt::Write;

use serde_json::Value;

use crate::Object;

/// A value over several lines, two spaces a level: `{\n  "a",\n  b = "c"\n}`.
pub(crate) fn table(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, Layout::Lines { indent: 0 });
    text
}

/// A value in one line, without spaces: `{name="a",service={id="…"}}`.
///
/// Messages about unique values and foreign keys carry the key in this form.
pub fn inline_table(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, Layout::Inline);
    text
}

/// The members of an object, sorted by the bytes of their names.
pub(crate) fn bytewise(members: &Object) -> Vec<(&String, &Value)> {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    sorted
}

#[derive(Clone, Copy)]
enum Layout {
    Lines { indent: usize },
    Inline,
}

impl Layout {
    fn deeper(self) -> Self {
        match self {
            Self::Lines { indent } => Self::Lines { indent: indent + 1 },
            Self::Inline => Self::Inline,
        }
    }

    fn new_line(self, text: &mut String) {
        if let Self::Lines { indent } = self {
            text.push('\n');
            text.extend(std::iter::repeat_n("  ", indent));
        }
    }

    fn assign(self) -> &'static str {
        match self {
            Self::Lines { .. } => " = ",
            Self::Inline => "=",
        }
    }
}

fn write_value(text: &mut String, value: &Value, layout: Layout) {
    match value {
        Value::String(string) => write_quoted(text, string),
        Value::Array(elements) => {
            // A Lua array ends at its first gap; what follows carries its index.
            let dense = elements.iter().take_while(|element| !element.is_null()).count();
            let elements = elements.iter().enumerate().filter(|(_, element)| !element.is_null());
            write_members(
                text,
                elements.map(|(index, element)| {
                    let key = if index < dense { None } else { Some(format!("[{}]", index + 1)) };
                    (key, element)
                }),
                layout,
            );
        }
        Value::Object(members) => {
            write_members(text, bytewise(members).into_iter().map(|(name, member)| (Some(key(name)), member)), layout);
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

fn write_members<'a>(text: &mut String, members: impl Iterator<Item = (Option<String>, &'a Value)>, layout: Layout) {
    text.push('{');
    for (place, (key, member)) in members.enumerate() {
        if place > 0 {
            text.push(',');
        }
        layout.deeper().new_line(text);
        if let Some(key) = key {
            text.push_str(&key);
            text.push_str(layout.assign());
        }
        write_value(text, member, layout.deeper());
    }
    layout.new_line(text);
    text.push('}');
}

/// A name as a key of a Lua table: bare where it is an identifier, in brackets where not.
fn key(name: &str) -> String {
    let mut bytes = name.bytes();
    let starts_well = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if starts_well && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return name.to_owned();
    }
    let mut key = String::from("[");
    write_quoted(&mut key, name);
    key.push(']');
    key
}

fn write_quoted(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' | '\n' => text.extend(['\\', c]),
            '\r' => text.push_str("\\r"),
            '\0' => text.push_str("\\0"),
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_members_are_laid_out_a_line_each() {
        assert_eq!(table(&json!(["expected one of: exp, nbf"])), "{\n  \"expected one of: exp, nbf\"\n}");
        assert_eq!(table(&json!({"b": "x", "a": {"c": "y"}})), "{\n  a = {\n    c = \"y\"\n  },\n  b = \"x\"\n}");
    }

    #[test]
    fn names_that_are_no_identifiers_stand_in_brackets() {
        assert_eq!(table(&json!({"@entity": ["x"]})), "{\n  [\"@entity\"] = {\n    \"x\"\n  }\n}");
    }

    #[test]
    fn what_follows_a_gap_carries_its_index() {
        assert_eq!(table(&json!(["a", null, "c"])), "{\n  \"a\",\n  [3] = \"c\"\n}");
    }

    #[test]
    fn keys_of_messages_stand_in_one_line() {
        let key = json!({"service": null, "name": "jwt", "route": {"id": "1"}, "consumer": null});
        assert_eq!(inline_table(&key), r#"{consumer=null,name="jwt",route={id="1"},service=null}"#);
    }

    #[test]
    fn quotes_and_line_ends_are_escaped() {
        assert_eq!(inline_table(&json!("a\"b\\c\nd")), "\"a\\\"b\\\\c\\\nd\"");
    }
}
