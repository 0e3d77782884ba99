//! Moments in UTC: as logs write them, and in seconds since 1970.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The present, in seconds since 1970; what is before that is 1970.
pub(crate) fn now() -> i64 {
    seconds_since_1970(SystemTime::now())
}

/// A moment in seconds since 1970; what is before that is 1970.
pub(crate) fn seconds_since_1970(moment: SystemTime) -> i64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
}

/// The parts of `Thu, 26 Nov 2026 09:06:02 GMT`: day, month, year, time.
fn parts(moment: SystemTime) -> (String, String, String, String) {
    let date = httpdate::fmt_http_date(moment);
    let mut words = date.split(' ').skip(1).map(str::to_owned);
    let mut next = || words.next().unwrap_or_default();
    (next(), next(), next(), next())
}

/// `2026-11-26T09:06:02Z` (RFC 3339).
pub(crate) fn internet(moment: SystemTime) -> String {
    let (day, month, year, time) = parts(moment);
    let number = MONTHS.iter().position(|name| *name == month).map_or(0, |index| index + 1);
    format!("{year}-{number:02}-{day}T{time}Z")
}

/// `2026-11-26 09:06:02`, of a second since 1970; what no four digits can write is the nearest that they can.
pub(crate) fn date_and_time(second: i64) -> String {
    let moment = UNIX_EPOCH + Duration::from_secs(second.clamp(0, LAST_SECOND).unsigned_abs());
    internet(moment).replace('T', " ").replace('Z', "")
}

/// `Nov 26 09:06:02`, as local logs have it (RFC 3164 section 4.1.2): a day below 10 has a space before it.
pub(crate) fn local_log(moment: SystemTime) -> String {
    let (day, month, _, time) = parts(moment);
    format!("{month} {:>2} {time}", day.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_in_either_form() {
        let moment = UNIX_EPOCH + Duration::from_secs(1_772_355_903);
        assert_eq!(internet(moment), "2026-03-01T09:05:03Z");
        assert_eq!(local_log(moment), "Mar  1 09:05:03");
        assert_eq!(date_and_time(1_772_355_903), "2026-03-01 09:05:03");
        assert_eq!([date_and_time(-1), date_and_time(i64::MAX)], ["1970-01-01 00:00:00", "9999-12-31 23:59:59"]);
        let moment = UNIX_EPOCH + Duration::from_secs(1_795_683_962);
        assert_eq!((internet(moment), local_log(moment)), ("2026-11-26T09:06:02Z".into(), "Nov 26 09:06:02".into()));
    }
}
