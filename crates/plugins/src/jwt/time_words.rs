//! Spans of time in words, as explanations say them.

/// How long ago something was that lies so many seconds back; ahead, if they are negative.
pub(super) fn ago(seconds: f64) -> String {
    if seconds >= 0.0 { format!("{} ago", span(seconds)) } else { format!("in {}", span(-seconds)) }
}

/// A span by its two largest units.
fn span(seconds: f64) -> String {
    const UNITS: [(f64, &str); 4] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min"), (1.0, "s")];
    let mut rest = seconds.floor();
    let mut parts = Vec::new();
    for (unit, name) in UNITS {
        let count = (rest / unit).floor();
        rest -= count * unit;
        if count > 0.0 {
            parts.push(format!("{count} {name}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_by_its_two_largest_units() {
        for (seconds, words) in [
            (0.0, "0 s ago"),
            (0.9, "0 s ago"),
            (59.0, "59 s ago"),
            (60.0, "1 min ago"),
            (11_520.0, "3 h 12 min ago"),
            (11_521.0, "3 h 12 min ago"),
            (3_601.0, "1 h ago"),
            (90_000.0, "1 d 1 h ago"),
            (-61.0, "in 1 min 1 s"),
        ] {
            assert_eq!(ago(seconds), words);
        }
    }
}
