//! The regexes of paths and headers.

use regex_syntax::hir::literal::Extractor;

/// How many steps a pattern with look-around or back-references may take before it counts as not matching. About a tenth
/// of a millisecond: a worker must not be held up by the path that a client has chosen.
const STEPS: usize = 10_000;

/// A compiled regex. Almost all are carried out in time linear to the text; only what the `regex` crate cannot express
/// (look-around, back-references, which Kong's validation accepts) goes to a backtracking engine with a limit.
#[derive(Debug)]
pub(crate) struct Pattern {
    engine: Engine,
    /// What every text that matches begins with; empty where nothing is known.
    literal: Box<str>,
}

#[derive(Debug)]
enum Engine {
    Linear(regex::Regex),
    Backtracking(fancy_regex::Regex),
}

/// A group of a match: its name if it has one, and its start and end in the text if it took part.
pub(crate) type Group<'r> = (Option<&'r str>, Option<(usize, usize)>);

impl Pattern {
    /// The regex of a path. It is anchored at its start and open at its end.
    pub(crate) fn path(regex: &str) -> Result<Self, String> {
        let anchored = format!("^(?:{regex})");
        let literal = literal_prefix(&anchored);
        Ok(Self { engine: Engine::compile(&anchored)?, literal: literal.into() })
    }

    /// The regex of a header's value. It may match anywhere, in either case.
    pub(crate) fn header(regex: &str) -> Result<Self, String> {
        Ok(Self { engine: Engine::compile(&format!("(?i){regex}"))?, literal: "".into() })
    }

    /// What every path that matches begins with.
    pub(crate) fn literal(&self) -> &str {
        &self.literal
    }

    /// The length of the match at the start of `path`.
    pub(crate) fn match_length(&self, path: &str) -> Option<usize> {
        match &self.engine {
            Engine::Linear(regex) => regex.find(path).map(|found| found.end()),
            Engine::Backtracking(regex) => regex.find(path).ok().flatten().map(|found| found.end()),
        }
    }

    /// Whether it matches anywhere in `text`.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.engine {
            Engine::Linear(regex) => regex.is_match(text),
            Engine::Backtracking(regex) => regex.is_match(text).unwrap_or(false),
        }
    }

    /// The groups of the match, without the one that is the whole match.
    pub(crate) fn groups(&self, text: &str) -> Vec<Group<'_>> {
        match &self.engine {
            Engine::Linear(regex) => {
                let Some(found) = regex.captures(text) else { return Vec::new() };
                let span = |i| found.get(i).map(|group: regex::Match<'_>| (group.start(), group.end()));
                regex.capture_names().enumerate().skip(1).map(|(i, name)| (name, span(i))).collect()
            }
            Engine::Backtracking(regex) => {
                let Some(found) = regex.captures(text).ok().flatten() else { return Vec::new() };
                let span = |i| found.get(i).map(|group| (group.start(), group.end()));
                regex.capture_names().enumerate().skip(1).map(|(i, name)| (name, span(i))).collect()
            }
        }
    }
}

impl Engine {
    fn compile(regex: &str) -> Result<Self, String> {
        let linear = match regex::Regex::new(regex) {
            Ok(regex) => return Ok(Self::Linear(regex)),
            Err(error) => error,
        };
        match fancy_regex::RegexBuilder::new(regex).backtrack_limit(STEPS).build() {
            Ok(regex) => Ok(Self::Backtracking(regex)),
            // The linear engine explains syntax errors better, and both agree about them.
            Err(_) => Err(one_line(&linear.to_string())),
        }
    }
}

/// Compiler messages show the pattern with a caret below it; only what they conclude fits into a sentence.
fn one_line(message: &str) -> String {
    let last = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(message);
    last.trim().trim_start_matches("error: ").to_owned()
}

/// What every text that matches must begin with, as far as the pattern shows it.
fn literal_prefix(regex: &str) -> String {
    let Ok(hir) = regex_syntax::parse(regex) else { return String::new() };
    let literals = Extractor::new().extract(&hir);
    let common = literals.longest_common_prefix().unwrap_or_default();
    // A literal may end within a character, where several characters share their first bytes.
    let whole = common.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    whole.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_is_what_every_match_begins_with() {
        let cases = [
            (r"/users/\d+", "/users/"),
            (r"/users/(?<id>[0-9]+)/posts$", "/users/"),
            (r"/plain", "/plain"),
            (r"/(a|b)", "/"),
            (r"/a|/ab", "/a"),
            (r"/a|", ""),
            (r"(?i)/users", "/"),
            (r".*\.json$", ""),
            (r"/caf[éè]", "/caf"),
            (r"/(?!admin).*", ""),
        ];
        for (regex, literal) in cases {
            assert_eq!(Pattern::path(regex).unwrap().literal(), literal, "{regex}");
        }
    }

    #[test]
    fn a_path_regex_is_anchored_at_its_start_only() {
        let cases = [
            (r"/a", "/a", Some(2)),
            (r"/a", "/ab", Some(2)),
            (r"/a", "/b/a", None),
            (r"/a$", "/ab", None),
            (r"/b|/a", "/x/a", None),
            (r"/re/(?<id>\d+)$", "/re/42", Some(6)),
            (r"/(?!admin)\w+", "/user", Some(5)),
            (r"/(?!admin)\w+", "/admin", None),
            (r"/(?<year>\d{4})\/x", "/2024/x", Some(7)),
            (r"", "/a", Some(0)),
        ];
        for (regex, path, length) in cases {
            assert_eq!(Pattern::path(regex).unwrap().match_length(path), length, "{regex} {path}");
        }
    }

    #[test]
    fn groups_have_names_and_places_in_both_engines() {
        let linear = Pattern::path(r"/(\d+)/(?<name>\w+)(x)?").unwrap();
        let backtracking = Pattern::path(r"/(\d+)/(?<name>\w+)(x)?(?=$)").unwrap();
        let expected = vec![(None, Some((1, 3))), (Some("name"), Some((4, 6))), (None, None)];
        assert_eq!(linear.groups("/42/ab"), expected);
        assert_eq!(backtracking.groups("/42/ab"), expected);
        assert_eq!(linear.groups("/x"), vec![]);
    }

    #[test]
    fn a_pattern_that_explodes_stops_at_its_limit() {
        let pattern = Pattern::path(r"/(a+)+(?!.)b").unwrap();
        let path = format!("/{}", "a".repeat(60));
        assert_eq!(pattern.match_length(&path), None);
    }

    #[test]
    fn what_no_engine_understands_is_an_error_in_one_line() {
        for regex in ["/a(", "/[z-a]", "/a)", "*"] {
            let error = Pattern::path(regex).unwrap_err();
            assert!(!error.is_empty() && !error.contains('\n'), "{regex}: {error}");
        }
    }

    #[test]
    fn header_regexes_match_anywhere_in_either_case() {
        let pattern = Pattern::header(r"linux|MAC\s+os").unwrap();
        assert!(pattern.is_match("X11; Linux"));
        assert!(pattern.is_match("mac OS"));
        assert!(!pattern.is_match("windows"));
    }
}
