use proptest::prelude::*;

use super::*;
use crate::meter::Limits;

fn meter() -> Meter {
    Meter::new(Limits { steps: 100_000, ..Limits::default() })
}

/// What a pattern finds, and its groups.
fn found(text: &str, pattern: &str) -> Result<Option<(String, Vec<String>)>, PatternError> {
    let outcome = find(text.as_bytes(), pattern.as_bytes(), 0, Caret::Anchor, &meter())?;
    let part = |range: Range<usize>| text[range].to_owned();
    Ok(outcome.map(|found| {
        let groups = found.captures.into_iter().map(|capture| match capture {
            Capture::Part(range) => part(range),
            Capture::Position(at) => format!("@{at}"),
        });
        (part(found.whole), groups.collect())
    }))
}

#[test]
fn patterns_find_what_they_find_in_lua() {
    for (text, pattern, whole, groups) in [
        ("hello world", "o w", "o w", &[][..]),
        ("hello world", "^(%w+)", "hello", &["hello"]),
        ("key = value", "^(%w+)%s*=%s*(%w+)$", "key = value", &["key", "value"]),
        ("a.b.c", "%.(.-)%.", ".b.", &["b"]),
        ("THE (quick) fox", "%((%a+)%)", "(quick)", &["quick"]),
        ("f(a(b)c)d", "%b()", "(a(b)c)", &[]),
        ("THE quick", "%f[%a]%a+%f[%A]", "THE", &[]),
        ("abab", "^(ab)%1$", "abab", &["ab"]),
        ("hello", "()ll()", "ll", &["@2", "@4"]),
        ("x]y", "[]]", "]", &[]),
        ("a-b", "[a%-]+", "a-", &[]),
        ("a^b", "[b^]+", "^b", &[]),
        ("2026-01-02", "(%d+)-(%d+)-(%d+)", "2026-01-02", &["2026", "01", "02"]),
        ("abc", "b?c?$", "bc", &[]),
        ("", "^$", "", &[]),
        ("x", "", "", &[]),
        ("50% off", "%d+%%", "50%", &[]),
        ("a\0b", "%z", "\0", &[]),
    ] {
        let expected = (whole.to_owned(), groups.iter().map(|&group| group.to_owned()).collect());
        assert_eq!(found(text, pattern), Ok(Some(expected)), "{pattern}");
    }
    for (text, pattern) in [("hello", "^l"), ("hello", "h$"), ("a", "aa+"), ("(a", "%b()"), ("aba", "(a)b%1b")] {
        assert_eq!(found(text, pattern), Ok(None), "{pattern}");
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for (pattern, error) in [
        ("a%", PatternError::EndsWithPercent),
        ("[a", PatternError::OpenSet),
        ("[%", PatternError::OpenSet),
        ("%b", PatternError::Balance),
        ("%fa", PatternError::Frontier),
        ("a)", PatternError::Capture),
        ("%1", PatternError::CaptureIndex),
        ("(a", PatternError::Unfinished),
    ] {
        assert_eq!(found("aaa", pattern), Err(error), "{pattern}");
    }
    assert_eq!(found("", &"()".repeat(33)), Err(PatternError::TooMany));
}

#[test]
fn a_pattern_that_would_not_end_does() {
    let text = "a".repeat(300);
    for pattern in ["(.-)(.-)(.-)(.-)(.-)b".to_owned(), ".*.*.*.*.*b".to_owned(), "a?".repeat(150) + &"a".repeat(160)] {
        let error = found(&text, &pattern).unwrap_err();
        assert!(matches!(error, PatternError::Exhausted(_) | PatternError::TooComplex), "{pattern}: {error}");
    }
}

#[test]
fn what_lies_too_deep_is_refused() {
    assert_eq!(found(&"a".repeat(1000), &"a?".repeat(1000)), Err(PatternError::TooComplex));
}

proptest! {
    #[test]
    fn no_pattern_and_no_text_make_it_fail(text in "[ab()%.-]{0,40}", pattern in "[ab()%.^$*+?\\[\\]1bf-]{0,20}") {
        let outcome = find(text.as_bytes(), pattern.as_bytes(), 0, Caret::Itself, &meter());
        if let Ok(Some(found)) = outcome {
            prop_assert!(text.get(found.whole).is_some());
        }
    }
}
