//! How much is allowed in which period.

use gibbon_entities::{Body, BodyError};
use gibbon_schema::{Field, field, number};
use serde_json::Value;

use super::period::Period;

/// A limit for one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quota {
    pub(crate) period: Period,
    pub(crate) most: f64,
}

impl Quota {
    /// Those of a record with a field for each period, from the shortest to the longest.
    pub(crate) fn read(record: Body<'_>) -> Result<Vec<Self>, BodyError> {
        let quota = |period: Period| {
            let most = record.get(period.as_str()).map(|_| record.number(period.as_str(), 0.0));
            most.transpose().map(|most| most.map(|most| Self { period, most }))
        };
        Period::ALL.into_iter().filter_map(|period| quota(period).transpose()).collect()
    }

    /// Whether nothing more is allowed where this much is used.
    pub(crate) fn is_used_up(self, used: u64) -> bool {
        used as f64 >= self.most
    }

    /// How much is left where this much is used.
    pub(crate) fn left(self, used: u64) -> f64 {
        (self.most - used as f64).max(0.0)
    }
}

/// The fields of such a record.
pub(crate) fn fields() -> Vec<Field> {
    Period::ALL
        .into_iter()
        .map(|period| {
            field(period.as_str()).of(number()).gt(0).describe("How many are allowed in one of these periods.")
        })
        .collect()
}

/// A longer period cannot allow less than a shorter one.
pub(crate) fn check_order(record: &Value) -> Result<(), String> {
    let limits: Vec<_> =
        Period::ALL.into_iter().filter_map(|period| Some((period, record[period.as_str()].as_f64()?))).collect();
    for (place, (longer, most)) in limits.iter().enumerate() {
        let shorter = limits.iter().take(place).find(|(_, least)| most < least);
        if let Some((shorter, least)) = shorter {
            let (longer, shorter) = (longer.as_str(), shorter.as_str());
            return Err(format!(
                "The limit for {longer}({most:.1}) cannot be lower than the limit for {shorter}({least:.1})"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quotas_are_read_from_the_shortest_period_to_the_longest() {
        let record = json!({ "hour": 5, "second": 0.5, "day": null });
        let quotas = Quota::read(Body::new(record.as_object().unwrap())).unwrap();
        let expected = [(Period::Second, 0.5), (Period::Hour, 5.0)];
        assert_eq!(quotas, expected.map(|(period, most)| Quota { period, most }));
    }

    #[test]
    fn a_quota_is_used_up_when_nothing_is_left() {
        let quota = Quota { period: Period::Hour, most: 2.5 };
        assert_eq!([0, 2, 3].map(|used| quota.is_used_up(used)), [false, false, true]);
        assert_eq!([0, 2, 3].map(|used| quota.left(used)), [2.5, 0.5, 0.0]);
    }

    #[test]
    fn a_longer_period_cannot_allow_less() {
        assert_eq!(check_order(&json!({ "second": 1, "hour": 1, "year": 7 })), Ok(()));
        let expected = "The limit for hour(5.0) cannot be lower than the limit for second(10.0)";
        assert_eq!(check_order(&json!({ "second": 10, "hour": 5 })), Err(expected.to_owned()));
    }
}
