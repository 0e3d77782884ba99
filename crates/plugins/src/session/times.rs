//! How long a session lasts.

use serde::{Deserialize, Serialize};

/// A session that was used this many seconds ago or less need not be told that it is used again.
const TOUCHED_LATELY: i64 = 60;

/// What has happened to a session, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Times {
    /// It began, perhaps under another id.
    pub(super) created: i64,
    /// It was given the id that it has.
    pub(super) renewed: i64,
    /// It was used, as far as was written down.
    pub(super) touched: i64,
}

/// After how many seconds a session is over: since it was used, since it has its id, since it began. None: never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) idling: Option<i64>,
    pub(super) rolling: Option<i64>,
    pub(super) absolute: Option<i64>,
}

/// What has to be done about a session that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// It gets another id: three quarters of the time of this one are over.
    Renewal,
    /// It is written down that it was used.
    Touch,
    Nothing,
}

/// How many seconds are left. None: all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) idling: Option<i64>,
    pub(super) rolling: Option<i64>,
    pub(super) absolute: Option<i64>,
}

impl Times {
    /// Those of a session that begins now.
    pub(super) fn beginning(now: i64) -> Self {
        Self { created: now, renewed: now, touched: now }
    }

    /// Those of the same session under another id.
    pub(super) fn renewed(self, now: i64) -> Self {
        Self { renewed: now, touched: now, ..self }
    }

    /// Those of a session that is used.
    pub(super) fn touched(self, now: i64) -> Self {
        Self { touched: now, ..self }
    }
}

impl Limits {
    pub(super) fn left(self, times: Times, now: i64) -> Left {
        let left = |limit: Option<i64>, since: i64| limit.map(|limit| since.saturating_add(limit).saturating_sub(now));
        Left {
            idling: left(self.idling, times.touched),
            rolling: left(self.rolling, times.renewed),
            absolute: left(self.absolute, times.created),
        }
    }

    pub(super) fn is_over(self, times: Times, now: i64) -> bool {
        self.left(times, now).least().is_some_and(|left| left < 0)
    }

    pub(super) fn due(self, times: Times, now: i64) -> Due {
        let age = now.saturating_sub(times.renewed);
        if self.rolling.is_some_and(|rolling| age > rolling / 4 * 3) {
            return Due::Renewal;
        }
        let is_old = now.saturating_sub(times.touched) > TOUCHED_LATELY;
        if is_old && self.idling.is_some() { Due::Touch } else { Due::Nothing }
    }
}

impl Left {
    /// Of all limits.
    pub(super) fn least(self) -> Option<i64> {
        [self.idling, self.rolling, self.absolute].into_iter().flatten().min()
    }

    /// For how long there has to be a record of it: it may be used until its id is too old.
    pub(super) fn of_record(self) -> Option<i64> {
        [self.rolling, self.absolute].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { idling: Some(900), rolling: Some(3600), absolute: Some(86400) };

    fn times(created: i64, renewed: i64, touched: i64) -> Times {
        Times { created, renewed, touched }
    }

    #[test]
    fn a_session_is_over_after_any_of_its_times() {
        assert!(!LIMITS.is_over(times(0, 0, 0), 900) && LIMITS.is_over(times(0, 0, 0), 901));
        assert!(!LIMITS.is_over(times(0, 0, 3600), 3600) && LIMITS.is_over(times(0, 0, 3601), 3601));
        assert!(LIMITS.is_over(times(0, 86400, 86401), 86401));
        let endless = Limits { idling: None, rolling: None, absolute: None };
        assert!(!endless.is_over(times(0, 0, 0), i64::MAX));
    }

    #[test]
    fn a_session_that_is_used_is_touched_each_minute_and_renewed_in_time() {
        assert_eq!(LIMITS.due(times(0, 0, 0), 60), Due::Nothing);
        assert_eq!(LIMITS.due(times(0, 0, 0), 61), Due::Touch);
        assert_eq!(LIMITS.due(times(0, 0, 2690), 2700), Due::Nothing);
        assert_eq!(LIMITS.due(times(0, 0, 2690), 2701), Due::Renewal);
    }

    #[test]
    fn what_is_left_is_the_least_of_all() {
        let left = LIMITS.left(times(0, 3000, 3100), 3200);
        assert_eq!(left, Left { idling: Some(800), rolling: Some(3400), absolute: Some(83200) });
        assert_eq!((left.least(), left.of_record()), (Some(800), Some(3400)));
    }
}
