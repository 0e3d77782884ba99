//! How much an expression may be. The parser recurses, so that what it is given must not be arbitrarily deep.

use crate::error::ExpressionError;

const LENGTH: usize = 64 * 1024;
const DEPTH: usize = 64;
const JOINTS: usize = 2000;

/// Where in the text we are.
#[derive(Clone, Copy)]
enum Within {
    Code,
    /// `"…"`, in which a backslash takes the next character.
    Text,
    /// `r#"…"#`.
    RawText,
}

/// Refuses what is too long, too deep or too much.
pub(crate) fn check(text: &str) -> Result<(), ExpressionError> {
    if text.len() > LENGTH {
        return Err(ExpressionError::TooLong(LENGTH));
    }
    let (mut within, mut depth, mut joints) = (Within::Code, 0_usize, 0_usize);
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let mut step = 1;
        match (within, first) {
            (Within::Code, b'(') => depth += 1,
            (Within::Code, b')') => depth = depth.saturating_sub(1),
            (Within::Code, b'&' | b'|') if rest.get(1) == Some(first) => (joints, step) = (joints + 1, 2),
            (Within::Code, b'r') if rest.starts_with(b"r#\"") => (within, step) = (Within::RawText, 3),
            (Within::Code, b'"') => within = Within::Text,
            (Within::Text, b'\\') => step = 2,
            (Within::Text, b'"') => within = Within::Code,
            (Within::RawText, b'"') if rest.starts_with(b"\"#") => (within, step) = (Within::Code, 2),
            _ => {}
        }
        if depth > DEPTH {
            return Err(ExpressionError::TooDeep(DEPTH));
        }
        rest = rest.get(step..).unwrap_or_default();
    }
    if joints > JOINTS { Err(ExpressionError::TooMany(JOINTS)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_joints_count_outside_of_texts_only() {
        let ones = |count: usize| vec!["a == 1"; count].join(" && ");
        let nested = |count: usize| format!("{}a == 1{}", "(".repeat(count), ")".repeat(count));
        assert_eq!(check(&ones(JOINTS + 1)), Ok(()));
        assert_eq!(check(&ones(JOINTS + 2)), Err(ExpressionError::TooMany(JOINTS)));
        assert_eq!(check(&nested(DEPTH)), Ok(()));
        assert_eq!(check(&nested(DEPTH + 1)), Err(ExpressionError::TooDeep(DEPTH)));
        assert_eq!(check(&vec!["(a == 1)"; 100].join("||")), Ok(()));
        let open = "(".repeat(100);
        assert_eq!(check(&format!(r#"a == "\"{open}" && b == "\\""#)), Ok(()));
        assert_eq!(check(&format!(r##"a == r#""{open}"# && b == 1"##)), Ok(()));
        assert_eq!(check(&format!(r##"a == r#"x"# {open}"##)), Err(ExpressionError::TooDeep(DEPTH)));
        assert_eq!(check(&format!(r#"a == "x" {open}"#)), Err(ExpressionError::TooDeep(DEPTH)));
        assert_eq!(check(&" ".repeat(LENGTH + 1)), Err(ExpressionError::TooLong(LENGTH)));
    }
}
