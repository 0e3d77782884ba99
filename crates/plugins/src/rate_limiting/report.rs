//! What a client is told of its limits (draft-polli-ratelimit-headers, and the fields that Kong had before).

use http::HeaderValue;

use crate::counting::local::Taken;
use crate::counting::period::Period;
use crate::counting::quota::Quota;

/// Fields of an answer.
pub(super) type Fields = Vec<(&'static str, HeaderValue)>;

/// What is left of each quota after a request, and when the tightest of them begins anew.
pub(super) fn fields(quotas: &[Quota], taken: &Taken, now: i64) -> Fields {
    let mut fields = Vec::with_capacity(2 * quotas.len() + 4);
    let stop = quotas.iter().zip(&taken.used).filter(|(quota, used)| quota.is_used_up(**used)).map(|(q, _)| q.period);
    let stop: Vec<Period> = stop.collect();
    let mut tightest: Option<(Quota, f64)> = None;
    for (quota, used) in quotas.iter().zip(&taken.used) {
        // A request that is refused uses nothing of the quotas that would have had room for it.
        let is_counted = taken.is_admitted || stop.contains(&quota.period);
        let left = quota.left(used + u64::from(is_counted));
        let (limit_name, left_name) = names(quota.period);
        fields.push((limit_name, number(quota.most)));
        fields.push((left_name, number(left)));
        let is_tighter = tightest.is_none_or(|(known, least)| {
            left < least || (left == least && quota.period.seconds() > known.period.seconds())
        });
        if is_tighter {
            tightest = Some((*quota, left));
        }
    }
    if let Some((quota, left)) = tightest {
        let reset = HeaderValue::from(quota.period.left(now));
        fields.push(("RateLimit-Limit", number(quota.most)));
        fields.push(("RateLimit-Remaining", number(left)));
        fields.push(("RateLimit-Reset", reset.clone()));
        if !taken.is_admitted {
            fields.push(("Retry-After", reset));
        }
    }
    fields
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

/// A number as short as it can be written. Usually it is whole, and for those there is a shorter way.
fn number(number: f64) -> HeaderValue {
    let whole = number as u32;
    if f64::from(whole) == number {
        return HeaderValue::from(whole);
    }
    HeaderValue::from_str(&number.to_string()).unwrap_or(HeaderValue::from_static("0"))
}
