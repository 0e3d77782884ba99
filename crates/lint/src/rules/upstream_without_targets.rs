use gibbon_runtime::Pool;

use super::{Rule, Subject, Told};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    code: "upstream-without-targets",
    severity: Severity::Error,
    subject: Subject::Upstream(check),
    told: Told::InTheEnd,
};

fn check(pool: &Pool) -> Option<String> {
    let view = pool.view();
    let message = if view.targets.is_empty() {
        "it has no targets, so that services with this host are answered with 503; add a target"
    } else if view.targets.iter().all(|located| located.target.weight == 0) {
        "all of its targets have the weight 0, so that services with this host are answered with 503; give one a weight"
    } else {
        return None;
    };
    Some(message.to_owned())
}
