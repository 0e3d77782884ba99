//! `so_keepalive`: whether the system asks if a silent peer is still there.

use crate::{duration, size};
use std::time::Duration;

/// How silent connections are looked after by the system.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeepAlive {
    /// As the system has it.
    #[default]
    System,
    /// Nobody is asked.
    Off,
    /// The peer is asked; what is absent is as the system has it.
    On {
        /// After how long a silence.
        idle: Option<Duration>,
        /// How often.
        interval: Option<Duration>,
        /// How many times in vain before the connection is given up.
        probes: Option<u32>,
    },
}

impl KeepAlive {
    /// `on`, `off`, or `[idle]:[interval]:[probes]` with at least one of the three.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "on" => return Some(Self::On { idle: None, interval: None, probes: None }),
            "off" => return Some(Self::Off),
            _ => {}
        }
        let mut parts = text.split(':');
        let (idle, interval, probes) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || text == "::" {
            return None;
        }
        let (idle, interval) = (time(idle)?, time(interval)?);
        Some(Self::On { idle, interval, probes: given(probes, |digits| size::count(digits).ok().filter(|n| *n > 0))? })
    }
}

/// The system counts in whole seconds, and at least one.
fn time(text: &str) -> Option<Option<Duration>> {
    given(text, |text| duration::parse(text).ok().filter(|time| time.as_secs() > 0))
}

/// Nothing for an empty part, and no value at all for a wrong one.
fn given<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { parse(text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::KeepAlive;
    use std::time::Duration;

    #[test]
    fn times_are_those_of_nginx_and_parts_may_be_left_out() {
        let all = KeepAlive::On {
            idle: Some(Duration::from_mins(30)),
            interval: Some(Duration::from_secs(75)),
            probes: Some(10),
        };
        assert_eq!(KeepAlive::parse("30m:75:10"), Some(all));
        let idle = KeepAlive::On { idle: Some(Duration::from_mins(30)), interval: None, probes: None };
        assert_eq!(KeepAlive::parse("30m::"), Some(idle));
        assert_eq!(KeepAlive::parse("off"), Some(KeepAlive::Off));
        for text in ["", "yes", "::", "1:2", "1:2:3:4", "a:b:c", "::0", "0::", "::-1"] {
            assert_eq!(KeepAlive::parse(text), None, "{text}");
        }
    }
}
