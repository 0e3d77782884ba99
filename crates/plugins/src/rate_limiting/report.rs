//! What a client is told of its limits (draft-polli-ratelimit-headers, and the fields that Kong had before).

use gibbon_plugin_api::{FieldText, Headers};

use crate::counting::local::Taken;
use crate::counting::period::Period;
use crate::counting::quota::Quota;

/// What a client is told of a request that was counted.
pub(super) struct Report {
    pub(super) taken: Taken,
    /// When, in seconds since 1970 UTC.
    pub(super) at: i64,
}

impl Report {
    /// Sets the fields of an answer: what is left of each quota, and when the tightest of them begins anew.
    pub(super) fn tell(&self, quotas: &[Quota], headers: &mut Headers) {
        let mut tightest: Option<(Quota, f64)> = None;
        for (quota, used) in quotas.iter().zip(&self.taken.used) {
            // A request that is refused uses nothing of the quotas that would have had room for it.
            let is_counted = self.taken.is_admitted || quota.is_used_up(*used);
            let left = quota.left(used + u64::from(is_counted));
            let (limit_name, left_name) = names(quota.period);
            set(headers, limit_name, quota.most);
            set(headers, left_name, left);
            let is_tighter = tightest.is_none_or(|(known, least)| {
                left < least || (left == least && quota.period.seconds() > known.period.seconds())
            });
            if is_tighter {
                tightest = Some((*quota, left));
            }
        }
        if let Some((quota, left)) = tightest {
            let reset = quota.period.left(self.at) as f64;
            set(headers, "RateLimit-Limit", quota.most);
            set(headers, "RateLimit-Remaining", left);
            set(headers, "RateLimit-Reset", reset);
            if !self.taken.is_admitted {
                set(headers, "Retry-After", reset);
            }
        }
    }
}

fn names(period: Period) -> (&'static str, &'static str) {
    match period {
        Period::Second => ("X-RateLimit-Limit-Second", "X-RateLimit-Remaining-Second"),
        Period::Minute => ("X-RateLimit-Limit-Minute", "X-RateLimit-Remaining-Minute"),
        Period::Hour => ("X-RateLimit-Limit-Hour", "X-RateLimit-Remaining-Hour"),
        Period::Day => ("X-RateLimit-Limit-Day", "X-RateLimit-Remaining-Day"),
        Period::Month => ("X-RateLimit-Limit-Month", "X-RateLimit-Remaining-Month"),
        Period::Year => ("X-RateLimit-Limit-Year", "X-RateLimit-Remaining-Year"),
    }
}

/// Sets a field to a number, as short as it can be written. Usually it is whole, and for those there is a shorter way.
fn set(headers: &mut Headers, name: &'static str, number: f64) {
    let whole = number as u32;
    if f64::from(whole) == number {
        headers.set(name, FieldText::number(whole, &mut itoa::Buffer::new()));
    } else if let Some(text) = FieldText::new(&number.to_string()) {
        headers.set(name, text);
    }
}
