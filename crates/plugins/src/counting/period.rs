//! Periods of time, each a window that begins where the calendar says (UTC).

/// A period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Period {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Year,
}

impl Period {
    /// From the shortest to the longest.
    pub(crate) const ALL: [Self; 6] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Year];

    /// Its name in configurations.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// How many seconds a window has. As in Kong, months have 30 days and years 365, although their windows begin with
    /// the calendar's.
    pub(crate) fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
            Self::Month => 30 * 86_400,
            Self::Year => 365 * 86_400,
        }
    }

    /// When the window began that `now` lies in; both in seconds since 1970.
    pub(crate) fn start(self, now: i64) -> i64 {
        match self {
            Self::Second | Self::Minute | Self::Hour | Self::Day => now - now.rem_euclid(self.seconds()),
            Self::Month => {
                let (year, month) = year_and_month(now);
                days_until(year, month) * 86_400
            }
            Self::Year => days_until(year_and_month(now).0, 1) * 86_400,
        }
    }

    /// How many seconds are left of the window that `now` lies in, one at least.
    pub(crate) fn left(self, now: i64) -> i64 {
        (self.seconds() - (now - self.start(now))).max(1)
    }
}

/// Years are counted in eras of 400 years that begin on a 1st of March, so that a leap day is the last of its year.
fn year_and_month(now: i64) -> (i64, i64) {
    let days = now.div_euclid(86_400) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    if month < 10 { (era * 400 + year_of_era, month + 3) } else { (era * 400 + year_of_era + 1, month - 9) }
}

/// The days from 1970 to the first of a month.
fn days_until(year: i64, month: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * month + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-29 12:34:56 UTC.
    const LEAP_DAY: i64 = 1_709_210_096;

    #[test]
    fn a_window_begins_where_the_calendar_says() {
        let starts = Period::ALL.map(|period| period.start(LEAP_DAY));
        // 12:34:56, 12:34, 12:00, 29 February, 1 February, 1 January 2024.
        let expected = [LEAP_DAY, LEAP_DAY - 56, LEAP_DAY - 2096, 1_709_164_800, 1_706_745_600, 1_704_067_200];
        assert_eq!(starts, expected);
    }

    #[test]
    fn the_first_second_of_a_window_is_its_start() {
        for start in [0, 946_684_800, 1_704_067_200, 1_735_689_600] {
            assert!(Period::ALL.iter().all(|period| period.start(start) == start), "{start}");
            assert!(Period::ALL.iter().all(|period| period.start(start - 1) < start), "{start}");
        }
    }

    #[test]
    fn what_is_left_is_never_nothing() {
        assert_eq!(Period::Minute.left(LEAP_DAY), 4);
        assert_eq!(Period::Second.left(LEAP_DAY), 1);
        // The 31st of a month that has 30 days here.
        assert_eq!(Period::Month.left(1_706_659_200), 1);
    }
}
