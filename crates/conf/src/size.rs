//! Sizes as nginx writes them: a number of bytes, or one of `k`, `m`, `g` behind it (powers of 1024).

/// Bytes. Reasons are the tails of an error about the whole setting.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let usage = || "expected a size in bytes, or with k, m or g, such as `8k`".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale: u64 = match &text[digits.len()..] {
        "" => 1,
        "k" | "K" => 1 << 10,
        "m" | "M" => 1 << 20,
        "g" | "G" => 1 << 30,
        _ => return Err(usage()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(usage());
    }
    let number: u64 = digits.parse().map_err(|_| "is too large".to_owned())?;
    number.checked_mul(scale).ok_or_else(|| "is too large".to_owned())
}

/// Bytes that have to fit in memory and of which there must be at least one.
pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    let bytes = parse(text)?;
    if bytes == 0 {
        return Err("must be at least 1".to_owned());
    }
    usize::try_from(bytes).map_err(|_| "is too large".to_owned())
}

/// A plain number.
pub(crate) fn count(text: &str) -> Result<u32, String> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err("expected a whole number, 0 or more".to_owned());
    }
    text.parse().map_err(|_| "is too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{at_least_one, count, parse};

    #[test]
    fn sizes_follow_nginx() {
        let cases = [("0", 0), ("10", 10), ("8k", 8192), ("8K", 8192), ("10m", 10 << 20), ("1G", 1 << 30)];
        for (text, bytes) in cases {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in ["", "k", "-1", "1.5k", "1kb", "1 k", "one", "+1", "99999999999999999999", "18446744073709551615k"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_buffer_of_nothing_is_refused() {
        assert!(at_least_one("0").is_err());
        assert_eq!(at_least_one("1k"), Ok(1024));
    }

    #[test]
    fn counts_are_whole_numbers() {
        assert_eq!(count("512"), Ok(512));
        for text in ["", "-1", "1.5", "1k", "4294967296"] {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
