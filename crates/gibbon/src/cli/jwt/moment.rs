//! Moments and spans of time, for people.

use std::fmt::{self, Display};
use std::time::{SystemTime, UNIX_EPOCH};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// The last second of the year 9999, behind which no date is worth printing.
const LAST: i64 = 253_402_300_799;

/// A moment in whole seconds since 1970 UTC, as `exp`, `nbf` and `iat` count (RFC 7519 section 2, NumericDate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) i64);

impl Moment {
    pub(super) fn now() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Moment(i64::try_from(seconds).unwrap_or(i64::MAX))
    }

    /// The moment of a claim; fractions of a second are left out.
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and no such moment is near")]
    pub(super) fn of(claim: f64) -> Self {
        Moment(claim as i64)
    }

    pub(super) fn plus(self, seconds: i64) -> Self {
        Moment(self.0.saturating_add(seconds))
    }

    /// The time between two moments, whichever is first.
    pub(super) fn distance(self, other: Self) -> Span {
        Span(self.0.abs_diff(other.0))
    }
}

/// `2026-03-01 12:00:05 UTC`.
impl Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !(0..=LAST).contains(&self.0) {
            return f.write_str("no date of our calendar");
        }
        let (days, second) = (self.0.div_euclid(86400), self.0.rem_euclid(86400));
        let (year, month, day) = date(days);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
    }
}

/// The date of a day counted from 1970-01-01. Years are counted from March here, so that a leap day is the last of its
/// year and the months before it have a fixed pattern of 153 days in five.
fn date(days: i64) -> (i64, i64, i64) {
    let from_era = days + 719_468;
    let era = from_era.div_euclid(146_097);
    let day_of_era = from_era.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// A span of time in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span(pub(super) u64);

/// Its two largest units: `3 h 12 min`, `9 min 50 s`, `45 s`.
impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 5] = [(YEAR, "y"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s")];
        let first = UNITS.iter().position(|(length, _)| self.0 >= *length).unwrap_or(UNITS.len() - 1);
        let mut rest = self.0;
        for (place, (length, name)) in UNITS.iter().enumerate().skip(first).take(2) {
            let count = rest / length;
            rest %= length;
            if place == first {
                write!(f, "{count} {name}")?;
            } else if count > 0 {
                write!(f, " {count} {name}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_dates() {
        for (seconds, date) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (951_868_799, "2000-02-29 23:59:59 UTC"),
            (1_300_819_380, "2011-03-22 18:43:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (LAST, "9999-12-31 23:59:59 UTC"),
            (LAST + 1, "no date of our calendar"),
            (-1, "no date of our calendar"),
        ] {
            assert_eq!(Moment(seconds).to_string(), date);
        }
    }

    #[test]
    fn spans_have_two_units() {
        for (seconds, words) in [
            (0, "0 s"),
            (45, "45 s"),
            (60, "1 min"),
            (590, "9 min 50 s"),
            (3 * HOUR + 12 * MINUTE + 7, "3 h 12 min"),
            (2 * DAY + 5 * MINUTE, "2 d"),
            (2 * DAY + 3 * HOUR, "2 d 3 h"),
            (YEAR + 2 * DAY, "1 y 2 d"),
        ] {
            assert_eq!(Span(seconds).to_string(), words);
        }
    }

    #[test]
    fn claims_beyond_all_dates_do_no_harm() {
        for claim in [f64::MAX, f64::MIN, f64::NAN, 1e300] {
            let moment = Moment::of(claim);
            assert!(!format!("{moment} {} {}", moment.distance(Moment(0)), moment.plus(i64::MAX)).is_empty());
        }
    }
}
