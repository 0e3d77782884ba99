//! The time of day as logs have it.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A second, as it is written.
pub(super) struct LocalTime {
    begun: Instant,
    seconds: u64,
    common: String,
}

impl LocalTime {
    /// The present second.
    pub(super) fn now() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since_begin = Duration::from_nanos(u64::from(now.subsec_nanos()));
        let begun = Instant::now().checked_sub(since_begin).unwrap_or_else(Instant::now);
        let seconds = now.as_secs();
        Self { begun, seconds, common: Moment::of(seconds).common() }
    }

    /// Whether the second is over.
    pub(super) fn is_over(&self) -> bool {
        self.begun.elapsed() >= Duration::from_secs(1)
    }

    /// `23/Nov/2026:03:34:01 +0000`
    pub(super) fn common(&self) -> &str {
        &self.common
    }

    /// `2026-11-23T03:34:01+00:00`
    pub(super) fn iso(&self) -> String {
        Moment::of(self.seconds).iso()
    }
}

/// A second of the calendar, UTC.
struct Moment {
    year: u64,
    month: u64,
    day: u64,
    time: u64,
}

impl Moment {
    /// From seconds since 1970 UTC. Days are counted in eras of 400 years that begin on a 1st of March, so that a leap
    /// day is the last of its year.
    fn of(seconds: u64) -> Self {
        let (days, time) = (seconds / 86_400, seconds % 86_400);
        let days = days + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Self { year: era * 400 + year_of_era + next_year, month, day, time }
    }

    fn common(&self) -> String {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let index = usize::try_from(self.month - 1).ok();
        let name = index.and_then(|index| MONTHS.get(index)).copied().unwrap_or("???");
        let (hours, minutes, seconds) = self.clock();
        format!("{:02}/{name}/{}:{hours:02}:{minutes:02}:{seconds:02} +0000", self.day, self.year)
    }

    fn iso(&self) -> String {
        let (hours, minutes, seconds) = self.clock();
        format!("{:04}-{:02}-{:02}T{hours:02}:{minutes:02}:{seconds:02}+00:00", self.year, self.month, self.day)
    }

    fn clock(&self) -> (u64, u64, u64) {
        (self.time / 3600, self.time / 60 % 60, self.time % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_time_is_written_as_web_servers_write_it() {
        let common = |seconds| Moment::of(seconds).common();
        assert_eq!(common(0), "01/Jan/1970:00:00:00 +0000");
        assert_eq!(common(951_782_399), "28/Feb/2000:23:59:59 +0000");
        assert_eq!(common(951_782_400), "29/Feb/2000:00:00:00 +0000");
        assert_eq!(common(1_795_404_841), "23/Nov/2026:03:34:01 +0000");
        assert_eq!(Moment::of(1_795_404_841).iso(), "2026-11-23T03:34:01+00:00");
    }
}
