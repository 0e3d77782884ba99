//! The attempts to reach an upstream.

use gibbon_plugin_api::Try;

use crate::json_text::Members;

/// One after the other.
pub(super) fn write(members: &mut Members<'_>, tries: &[Try]) {
    let last = tries.len();
    members.objects("tries", (1..).zip(tries), |members, (number, one)| {
        attempt(members, one);
        // As in Kong, what became of an attempt is known when the next one begins.
        if let Some(code) = one.failure.filter(|_| number < last) {
            members.text("state", "failed");
            members.number("code", code);
        }
    });
}

fn attempt(members: &mut Members<'_>, one: &Try) {
    let begun = one.choice_began_at_ns();
    let latency_ns = u64::try_from(one.chosen_in.as_nanos()).unwrap_or(u64::MAX);
    members.address("ip", one.address.ip());
    members.number("port", one.address.port());
    members.number("balancer_start", begun / 1_000_000);
    members.number("balancer_start_ns", begun);
    members.number("balancer_latency", latency_ns / 1_000_000);
    members.number("balancer_latency_ns", latency_ns);
}
