//! The syntax of `gibbon.conf` and `kong.conf`: lines of `key = value`.
//!
//! Kong reads its file with Penlight's `pl.config` and then cuts comments off the values. What follows from that, and
//! holds here too: a line that starts with `#` or `;` is a comment; a line that ends in `\` goes on in the next one; the
//! first `=` separates; characters of a key that are neither letters nor digits count as `_`; an unescaped `#` starts a
//! comment inside a value too, and `\#` is a `#`; quotes are part of the value; the last of two equal keys wins.

/// One setting as it stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: String,
    /// Where the setting starts, counted from 1.
    pub(crate) line: usize,
}

/// A line that is no setting, so that the user hears of it: Kong passes over such lines in silence.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Remark {
    /// A line without `=`.
    NoEquals { line: usize },
    /// `[name]`: the keys after it belong to a section, and a section has no meaning in this file.
    Section { line: usize },
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) entries: Vec<Entry>,
    pub(crate) remarks: Vec<Remark>,
}

/// Reads a whole file. No text is an error: what cannot be a setting becomes a remark.
pub(crate) fn parse(text: &str) -> Parsed {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parsed = Parsed::default();
    for (line, content) in logical_lines(text) {
        if content.starts_with('[') {
            parsed.remarks.push(Remark::Section { line });
            break;
        }
        match content.split_once('=') {
            Some((key, value)) => parsed.entries.push(Entry { key: name(key), value: without_comment(value), line }),
            None => parsed.remarks.push(Remark::NoEquals { line }),
        }
    }
    parsed
}

/// Lines with continuations joined, comments and blank lines left out, each with the number of its first line.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let content = line.trim_matches(is_blank);
        // Comments and blank lines may stand inside a continued value: they neither end it nor belong to it.
        if content.is_empty() || content.starts_with(['#', ';']) {
            continue;
        }
        let (start, mut joined) = pending.take().unwrap_or((index + 1, String::new()));
        match line.trim_end_matches(is_blank).strip_suffix('\\') {
            Some(rest) => {
                joined.push_str(rest);
                pending = Some((start, joined));
            }
            None => {
                joined.push_str(line);
                lines.push((start, joined));
            }
        }
    }
    lines.extend(pending);
    lines
}

fn name(key: &str) -> String {
    let key = key.trim_matches(is_blank);
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

fn without_comment(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let mut escaped = false;
    for character in value.chars() {
        if character == '#' {
            if !escaped {
                break;
            }
            kept.pop();
        }
        escaped = character == '\\';
        kept.push(character);
    }
    kept.trim_matches(is_blank).to_owned()
}

/// What Lua's `%s` matches: ASCII white space with the vertical tab.
fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{b}'
}

#[cfg(test)]
mod tests {
    use super::{Remark, parse};
    use proptest::proptest;

    fn settings(text: &str) -> Vec<(String, String)> {
        parse(text).entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
    }

    #[test]
    fn each_rule_of_the_format_by_example() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("a = 1", &[("a", "1")]),
            ("  a=1  ", &[("a", "1")]),
            ("a = b = c", &[("a", "b = c")]),
            ("a =", &[("a", "")]),
            ("# a = 1\n; b = 2\n  # c = 3\nd = 4", &[("d", "4")]),
            ("a = 1 # why", &[("a", "1")]),
            ("a = 1# why", &[("a", "1")]),
            ("a = pass\\#word # why", &[("a", "pass#word")]),
            ("a = # nothing", &[("a", "")]),
            ("a = \"quoted\"", &[("a", "\"quoted\"")]),
            ("a = 'quoted'", &[("a", "'quoted'")]),
            ("log.level = x\nlog-level = y", &[("log_level", "x"), ("log_level", "y")]),
            ("a = 1, \\\n  2, \\  \n# between\n\n  3\nb = 4", &[("a", "1,   2,   3"), ("b", "4")]),
            ("a = 1 \\", &[("a", "1")]),
            ("a = 1\r\nb = 2\r\n", &[("a", "1"), ("b", "2")]),
            ("\u{feff}a = 1", &[("a", "1")]),
            ("a = é\\", &[("a", "é")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            assert_eq!(settings(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_setting_knows_the_line_it_starts_on() {
        let lines: Vec<_> = parse("\na = 1\\\n2\n\nb = 3").entries.iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [2, 5]);
    }

    #[test]
    fn lines_that_are_no_settings_are_remarked() {
        let parsed = parse("a = 1\nproxy_listen 8000\n[section]\nb = 2");
        assert_eq!(parsed.remarks, [Remark::NoEquals { line: 2 }, Remark::Section { line: 3 }]);
        assert_eq!(parsed.entries.len(), 1, "a key inside a section is not a setting");
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in ".*", lines in "([a-z =#;\\\\\\[\\]\n\r\t]|é){0,200}") {
            parse(&text);
            parse(&lines);
        }

        #[test]
        fn a_plain_value_comes_back_as_it_was_written(value in "[a-z0-9,:/. ]{0,40}") {
            let read = settings(&format!("key = {value}"));
            assert_eq!(read, [("key".to_owned(), value.trim().to_owned())]);
        }
    }
}
