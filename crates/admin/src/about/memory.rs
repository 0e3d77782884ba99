//! How much memory the process holds, in the words of Kong's `/status`.

use serde_json::Value;

/// How amounts of memory are written: `?unit=k&scale=1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    unit: Unit,
    /// Digits behind the point.
    digits: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Kibi,
    Mebi,
    Gibi,
}

/// More digits than any number of bytes has.
const MOST_DIGITS: usize = 20;

impl Scale {
    /// Reads the two parameters; mebibytes with two digits by default.
    ///
    /// # Errors
    /// The message for the client.
    pub(crate) fn parse(unit: Option<&str>, digits: Option<&str>) -> Result<Self, String> {
        let unit = match unit {
            None | Some("m" | "M") => Unit::Mebi,
            Some("" | "b" | "B") => Unit::Bytes,
            Some("k" | "K") => Unit::Kibi,
            Some("g" | "G") => Unit::Gibi,
            Some(other) => return Err(format!("invalid unit '{other}' (expected 'k/K', 'm/M', or 'g/G')")),
        };
        let digits: f64 = digits.and_then(|digits| digits.parse().ok()).unwrap_or(2.0);
        if digits < 0.0 {
            return Err("scale must be equal or greater than 0".to_owned());
        }
        let digits = (0..=MOST_DIGITS).rev().find(|limit| limit_reached(*limit, digits)).unwrap_or_default();
        Ok(Self { unit, digits })
    }

    /// An amount of bytes: a number for bytes, otherwise a text such as `12.34 MiB`.
    pub(crate) fn write(self, bytes: u64) -> Value {
        let (power, name) = match self.unit {
            Unit::Bytes => return bytes.into(),
            Unit::Kibi => (1, "KiB"),
            Unit::Mebi => (2, "MiB"),
            Unit::Gibi => (3, "GiB"),
        };
        // The sizes of processes are far below 2^53.
        let amount = bytes as f64 / 1024_f64.powi(power);
        format!("{amount:.digits$} {name}", digits = self.digits).into()
    }
}

fn limit_reached(limit: usize, digits: f64) -> bool {
    u32::try_from(limit).is_ok_and(|limit| f64::from(limit) <= digits)
}

/// The bytes of this process that are in physical memory, where the system tells (`/proc` of Linux).
pub(crate) fn resident_bytes() -> Option<u64> {
    resident(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibi: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibi.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn amounts_are_written_in_the_unit_that_is_asked_for() {
        let written = |unit, digits| Scale::parse(unit, digits).map(|scale| scale.write(1_572_864));
        assert_eq!(written(None, None), Ok(json!("1.50 MiB")));
        assert_eq!(written(Some("k"), Some("0")), Ok(json!("1536 KiB")));
        assert_eq!(written(Some("G"), Some("4")), Ok(json!("0.0015 GiB")));
        assert_eq!(written(Some("b"), None), Ok(json!(1_572_864)));
        assert_eq!(written(None, Some("many")), Ok(json!("1.50 MiB")));
        assert_eq!(written(None, Some("1e300")), Ok(json!("1.50000000000000000000 MiB")));
    }

    #[test]
    fn unknown_units_and_negative_scales_are_refused() {
        let unit = Scale::parse(Some("q"), None).unwrap_err();
        assert_eq!(unit, "invalid unit 'q' (expected 'k/K', 'm/M', or 'g/G')");
        assert_eq!(Scale::parse(None, Some("-1")).unwrap_err(), "scale must be equal or greater than 0");
    }

    #[test]
    fn the_systems_account_of_the_process_is_read() {
        assert_eq!(resident("Name:\tgibbon\nVmRSS:\t   2048 kB\nThreads:\t4\n"), Some(2_097_152));
        assert_eq!(resident("Name:\tgibbon\n"), None);
    }
}
