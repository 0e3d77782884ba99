//! Durations: a number of seconds as Kong's own keys have them, or with nginx's `ms`, `s`, `m`, `h`, `d` behind it.

use std::time::Duration;

/// The longest time that a setting may name: anything above it is a mistake, and some clocks cannot add more.
const LONGEST: f64 = 10.0 * 365.0 * 24.0 * 3600.0;

pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let usage = || "expected a time in seconds, or with ms, s, m, h or d, such as `60` or `500ms`".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = match &text[digits.len()..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return Err(usage()),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(usage());
    }
    let seconds = digits.parse::<f64>().map_err(|_| usage())? * scale;
    if seconds > LONGEST {
        return Err("is longer than ten years".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// A time that has to be there, where none would mean that nothing ever succeeds.
pub(crate) fn at_least_a_millisecond(text: &str) -> Result<Duration, String> {
    let time = parse(text)?;
    if time < Duration::from_millis(1) { Err("must be at least 1ms".to_owned()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::{at_least_a_millisecond, parse};
    use std::time::Duration;

    #[test]
    fn bare_numbers_are_seconds_and_units_follow_nginx() {
        let cases = [("60", 60_000), ("0.5", 500), ("0", 0), ("500ms", 500), ("65s", 65_000), ("2m", 120_000)];
        for (text, millis) in cases {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(parse("1h"), Ok(Duration::from_hours(1)));
        assert_eq!(parse("1d"), Ok(Duration::from_hours(24)));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "s", "-1", "1w", "1 s", "inf", "NaN", "1e3", "1.2.3", ".", "9999999999"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(at_least_a_millisecond("0").is_err());
    }
}
