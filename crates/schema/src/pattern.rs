//! Lua patterns, the notation in which `/schemas` shows what a string must look like.
//!
//! They are translated into regular expressions when a schema is declared: one declaration serves the wire and the
//! check, and matching takes linear time whatever a client sends. Classes and quantifiers are translated; `%b`, `%f`
//! and back-references, which no schema uses, are not.

use regex::bytes::Regex;

/// A compiled Lua pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) wire: &'static str,
    regex: Regex,
}

impl Pattern {
    #[expect(clippy::expect_used, reason = "patterns are constants of declarations, and tests build every declaration")]
    pub(crate) fn new(wire: &'static str) -> Self {
        let regex = Regex::new(&translate(wire)).expect("a Lua pattern without %b, %f and back-references");
        Self { wire, regex }
    }

    /// Whether the pattern occurs in `text`; only `^` and `$` tie it to the ends.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text.as_bytes())
    }
}

/// The regular expression, on bytes, of a Lua pattern (Lua 5.1 reference manual, section 5.4.1).
fn translate(pattern: &str) -> String {
    let mut regex = String::from("(?s-u)");
    let mut rest = pattern;
    if let Some(after) = rest.strip_prefix('^') {
        regex.push_str(r"\A");
        rest = after;
    }
    let mut in_set = Place::Outside;
    let mut chars = rest.chars().peekable();
    let mut last = None;
    while let Some(c) = chars.next() {
        match (c, in_set) {
            ('%', _) => {
                if let Some(class) = chars.next() {
                    push_class(&mut regex, class, in_set);
                }
            }
            ('[', Place::Outside) => {
                regex.push('[');
                regex.extend(chars.next_if_eq(&'^'));
                in_set = Place::InSet;
            }
            (']', Place::InSet) => {
                regex.push(']');
                in_set = Place::Outside;
            }
            // Behind a quantifier, or where there is nothing to repeat, it stands for itself.
            ('-', Place::Outside) if repeats_nothing(last) => regex.push('-'),
            ('-', Place::Outside) => regex.push_str("*?"),
            ('-', Place::InSet) => regex.push('-'),
            ('$', Place::Outside) if chars.peek().is_none() => regex.push_str(r"\z"),
            ('.' | '*' | '+' | '?' | '(' | ')', Place::Outside) => regex.push(c),
            _ => push_literal(&mut regex, c),
        }
        // Behind `%` this is the mark of an escape, which is an item like any other.
        last = Some(c);
    }
    regex
}

/// Whether what was read last is nothing that a quantifier could follow.
fn repeats_nothing(last: Option<char>) -> bool {
    matches!(last, None | Some('*' | '+' | '?' | '('))
}

/// Whether a character stands in a `[set]`.
#[derive(Clone, Copy)]
enum Place {
    Outside,
    InSet,
}

fn push_class(regex: &mut String, class: char, place: Place) {
    let members = match class {
        'a' => "[:alpha:]",
        'c' => "[:cntrl:]",
        'd' => "[:digit:]",
        'l' => "[:lower:]",
        'p' => "[:punct:]",
        's' => "[:space:]",
        'u' => "[:upper:]",
        'w' => "[:alnum:]",
        'x' => "[:xdigit:]",
        'A' => "[:^alpha:]",
        'D' => "[:^digit:]",
        'S' => "[:^space:]",
        'W' => "[:^alnum:]",
        other => return push_literal(regex, other),
    };
    match place {
        Place::Outside => regex.extend(["[", members, "]"]),
        Place::InSet => regex.push_str(members),
    }
}

/// A character that stands for itself.
fn push_literal(regex: &mut String, c: char) {
    if c.is_ascii_punctuation() {
        regex.push('\\');
    }
    regex.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_sets_anchors_and_quantifiers_mean_what_they_mean_in_lua() {
        let cases: [(&str, &[&str], &[&str]); 9] = [
            ("^%u+$", &["GET", "A"], &["", "get", "GET ", "GET\n", "ÄÖ"]),
            ("//", &["//", "/a//b"], &["/", "/a/b"]),
            ("^[^*]*%*?[^*]*$", &["", "*.a", "a.*", "*"], &["*.*", "**"]),
            ("^%*%.", &["*.a"], &["a*.", ".", "*a"]),
            ("%.%*$", &["a.*"], &["a.*.", "*"]),
            ("^[Hh][Oo][Ss][Tt]$", &["host", "HOST"], &["hosts", "xhost"]),
            ("^%d+[%.%d]*%-?.*$", &["3.10.0", "3-beta\n"], &["v3"]),
            ("%w*%p*@+%w*%.?%w*", &["me@example.com", "@"], &["me", ""]),
            ("^a.-c$", &["ac", "abbc", "acbc"], &["ab", "xac"]),
        ];
        for (pattern, matching, others) in cases {
            let pattern = Pattern::new(pattern);
            for text in matching {
                assert!(pattern.matches(text), "{} should match {text:?}", pattern.wire);
            }
            for text in others {
                assert!(!pattern.matches(text), "{} should not match {text:?}", pattern.wire);
            }
        }
    }

    #[test]
    fn a_minus_behind_a_quantifier_stands_for_itself() {
        let range = Pattern::new("^[0-9]+-[0-9]+$");
        assert!(range.matches("200-204") && !range.matches("200") && !range.matches("200204"));
        assert!(Pattern::new("^a-b$").matches("aab") && Pattern::new("^%a-b$").matches("xyb"));
    }

    #[test]
    fn a_dollar_sign_is_an_anchor_only_at_the_end() {
        assert!(Pattern::new("a$b").matches("a$b"));
        assert!(Pattern::new("a^b").matches("a^b"));
    }

    #[test]
    fn bytes_above_ascii_can_be_ruled_in_by_a_negated_set() {
        assert!(Pattern::new("^[^,/]+$").matches("größe"));
    }
}
