//! The time of day as the field `Date` has it (RFC 9110 section 6.6.1), written anew once a second.

use std::time::SystemTime;

/// A second of the coarse clock.
const SECOND: u64 = 1000;

/// The text, and until when it is right.
#[derive(Debug, Default)]
pub(crate) struct Date {
    text: String,
    until: u64,
}

impl Date {
    /// The time at `now`, in milliseconds of the coarse clock; up to a second old.
    pub(crate) fn text(&mut self, now: u64) -> &[u8] {
        if now >= self.until || self.text.is_empty() {
            self.text = httpdate::fmt_http_date(SystemTime::now());
            self.until = now + SECOND;
        }
        self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_written_once_a_second() {
        let mut date = Date { text: "old".to_owned(), until: 2000 };
        assert_eq!(date.text(1999), b"old");
        assert!(date.text(2000).ends_with(b" GMT"));
    }
}
