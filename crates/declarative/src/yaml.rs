//! Values as YAML that every reader of any version reads alike: what could be taken for something else is quoted.

use std::fmt::Write;

use gibbon_schema::Object;
use serde_json::Value;
use uuid::Uuid;

/// Writes members at the margin.
pub(crate) fn write_members(text: &mut String, members: &Object, indent: usize) {
    for (place, (name, value)) in members.iter().enumerate() {
        if place > 0 {
            margin(text, indent);
        }
        write_scalar(text, name);
        text.push(':');
        write_member(text, value, indent);
    }
}

/// Writes the elements of a list at the margin.
pub(crate) fn write_elements(text: &mut String, elements: &[Value], indent: usize) {
    for (place, element) in elements.iter().enumerate() {
        if place > 0 {
            margin(text, indent);
        }
        text.push('-');
        match element {
            Value::Object(members) if !members.is_empty() => {
                text.push(' ');
                write_members(text, members, indent + 2);
            }
            Value::Array(inner) if !inner.is_empty() => {
                text.push(' ');
                write_elements(text, inner, indent + 2);
            }
            scalar => write_inline(text, scalar, indent + 2),
        }
    }
}

/// Writes what follows a name and its colon, to the end of the line.
fn write_member(text: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('\n');
            margin(text, indent + 2);
            write_members(text, members, indent + 2);
        }
        Value::Array(elements) if !elements.is_empty() => {
            text.push('\n');
            margin(text, indent);
            write_elements(text, elements, indent);
        }
        scalar => write_inline(text, scalar, indent + 2),
    }
}

fn write_inline(text: &mut String, value: &Value, indent: usize) {
    text.push(' ');
    match value {
        Value::String(string) => match Block::of(string) {
            Some(block) => return block.write(text, indent),
            None => write_scalar(text, string),
        },
        // Without elements or members these are as in JSON.
        other => drop(write!(text, "{other}")),
    }
    text.push('\n');
}

fn margin(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_scalar(text: &mut String, string: &str) {
    if is_plain(string) {
        return text.push_str(string);
    }
    text.push('"');
    for c in string.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            c if is_printable(c) => text.push(c),
            c if u32::from(c) <= 0xffff => drop(write!(text, "\\u{:04x}", u32::from(c))),
            c => drop(write!(text, "\\U{:08x}", u32::from(c))),
        }
    }
    text.push('"');
}

/// Whether a text can stand without quotes and is then nothing but a text, also for readers of YAML 1.1, who know more
/// words and numbers.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let starts_well = text.trim_start_matches('_').starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let is_word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    let has_marks = || text.bytes().any(|byte| !byte.is_ascii_alphanumeric() && !b"_-./".contains(&byte));
    (starts_well && !has_marks() && !is_word()) || (text.len() == 36 && Uuid::try_parse(text).is_ok())
}

fn is_printable(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A text of several lines that can stand as it is, as a key in PEM does.
struct Block<'t> {
    lines: &'t str,
    /// What tells whether the last line ends.
    end: &'static str,
}

impl<'t> Block<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (lines, end) = text.strip_suffix('\n').map_or((text, "-"), |lines| (lines, ""));
        let is_line = |line: &str| line.chars().all(is_printable) && line.trim() == line && !line.is_empty();
        (text.contains('\n') && lines.split('\n').all(is_line)).then_some(Self { lines, end })
    }

    fn write(&self, text: &mut String, indent: usize) {
        text.extend(["|", self.end, "\n"]);
        for line in self.lines.split('\n') {
            margin(text, indent);
            text.extend([line, "\n"]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::document::{Document, Notation};

    fn written(value: Value) -> String {
        let mut text = String::new();
        write_members(&mut text, value.as_object().unwrap(), 0);
        text
    }

    #[test]
    fn a_file_reads_like_one_written_by_hand() {
        let value = json!({
            "_format_version": "3.0",
            "services": [{"name": "a", "port": 80, "tags": ["x y", "yes"], "path": null, "on": true, "o": {}, "l": []}],
            "key": "-----BEGIN\nabc\n", "cut": "a\nb", "id": "0dc6f45b-8f8d-40d2-a504-473544ee190b", "nested": [[1, [2]], [{}]],
            "odd": "a\u{0}\u{85}😀\t\"\n \n",
        });
        let expected = r#"_format_version: "3.0"
services:
- name: a
  port: 80
  tags:
  - "x y"
  - "yes"
  path: null
  "on": true
  o: {}
  l: []
key: |
  -----BEGIN
  abc
cut: |-
  a
  b
id: 0dc6f45b-8f8d-40d2-a504-473544ee190b
nested:
- - 1
  - - 2
- - {}
odd: "a\u0000\u0085😀\t\"\n \n"
"#;
        assert_eq!(written(value), expected);
    }

    fn values() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[a-z0-9:#&*!|>%@`'\"\\[\\]{},~. \n\t_-]{0,12}",
            "(yes|no|null|~|0x1f|1_000|1e3|\\.inf|<<|=|2001-01-01|12:30|0o17|\\+1|-)",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e15..1e15).prop_map(Value::from),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(text.clone(), inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in values()) {
            let whole = json!({"value": value});
            let text = written(whole.clone());
            let read = Document::read(&text, Notation::Yaml);
            prop_assert_eq!(read.map(|document| Value::Object(document.content)), Ok(whole), "{}", text);
        }
    }
}
