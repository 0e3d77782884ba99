//! `cargo xtask test`: everything that has to hold, in the order in which a fault is cheapest to find.
//!
//! A step that cannot run here (a tool is not installed) is skipped *by name* and listed at the end. With
//! `GIBBON_NO_SKIP=1`, as on CI, a skip is a failure.

mod cargo;
mod scripts;

use std::env;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::problems::Problems;
use crate::{floors, licences, tidy};

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// A step: what it is called, and what it does from the root of the workspace.
type Step = (&'static str, fn(&Path) -> Outcome);

/// The examples start the binary that the tests have built: building it alone would compile half of the dependencies
/// again, with other features.
const STEPS: &[Step] = &[
    ("format", cargo::format),
    ("floors", |root| checked(floors::task(root, &[]))),
    ("licences and bans", |root| checked(licences::task(root, &[]))),
    ("tidy", |root| checked(tidy::task(root, &[]))),
    // Before anything is compiled, so that the gateway of the tests has the pages.
    ("manager: checks and pages", |root| scripts::example(root, "ui/scripts/check.sh")),
    ("clippy", cargo::clippy),
    ("unit and integration tests", cargo::tests),
    ("tests on PostgreSQL", cargo::postgres_tests),
    ("tests before nginx", cargo::nginx_tests),
    ("tests with slapd", cargo::slapd_tests),
    ("tests with Redis", cargo::redis_tests),
    ("documentation tests", cargo::documentation_tests),
    ("example: README's quick start", |root| scripts::example(root, "examples/quick-start.sh")),
    ("example: RS256 guide", |root| scripts::example(root, "examples/rs256-guide/run.sh")),
    ("example: JWT lab", |root| scripts::example(root, "examples/jwt-lab/run.sh")),
    ("example: OpenID provider", |root| scripts::example(root, "examples/openid-provider/run.sh")),
    ("example: TLS and HTTP/2", |root| scripts::example(root, "examples/tls/run.sh")),
    ("example: balancing", |root| scripts::example(root, "examples/balancing/run.sh")),
    ("example: metrics", |root| scripts::example(root, "examples/metrics/run.sh")),
    ("example: streams", |root| scripts::example(root, "examples/streams/run.sh")),
    ("example: gRPC", |root| scripts::example(root, "examples/grpc/run.sh")),
    ("example: WebSocket", |root| scripts::example(root, "examples/websocket/run.sh")),
    ("client: aio-kong", |root| scripts::example(root, "examples/clients/aio-kong.sh")),
    ("client: what decK does", |root| scripts::example(root, "examples/clients/deck.sh")),
    ("OpenAPI document", |root| scripts::example(root, "examples/clients/openapi.sh")),
    ("manager: walks in a browser", |root| scripts::example(root, "ui/scripts/walk.sh")),
    ("systemd unit", scripts::unit),
    ("container's root file system", scripts::container),
];

/// Runs every step, also after one has failed, so that one run shows everything.
pub(crate) fn task(root: &Path, _: &[String]) -> Result<(), Problems> {
    let mut ends = Vec::new();
    for (name, run) in STEPS {
        println!("\n=== {name}");
        let started = Instant::now();
        let outcome = run(root);
        if let Outcome::Failed(reason) = &outcome {
            println!("{reason}");
        }
        ends.push((*name, outcome, started.elapsed()));
    }
    println!("\n{}", report(&ends));
    verdict(&ends, SkipRule::of_environment()).into_result()
}

/// Whether a step may be skipped.
#[derive(Clone, Copy)]
enum SkipRule {
    Named,
    Forbidden,
}

impl SkipRule {
    fn of_environment() -> Self {
        if env::var_os("GIBBON_NO_SKIP").is_some_and(|value| value != "0") { Self::Forbidden } else { Self::Named }
    }
}

fn checked(result: Result<(), Problems>) -> Outcome {
    result.map_or_else(|problems| Outcome::Failed(problems.to_string()), |()| Outcome::Passed)
}

fn report(ends: &[(&str, Outcome, Duration)]) -> String {
    let line = |(name, outcome, took): &(&str, Outcome, Duration)| {
        let seconds = took.as_secs();
        match outcome {
            Outcome::Passed => format!("passed   {name} ({seconds} s)\n"),
            Outcome::Failed(_) => format!("FAILED   {name} ({seconds} s)\n"),
            Outcome::Skipped(reason) => format!("skipped  {name}: {reason}\n"),
        }
    };
    ends.iter().map(line).collect()
}

fn verdict(ends: &[(&str, Outcome, Duration)], rule: SkipRule) -> Problems {
    let problem = |(name, outcome, _): &(&str, Outcome, Duration)| match (outcome, rule) {
        (Outcome::Failed(_), _) => Some(format!("{name}: failed, see above")),
        (Outcome::Skipped(reason), SkipRule::Forbidden) => Some(format!("{name}: skipped, {reason}")),
        _ => None,
    };
    ends.iter().filter_map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends() -> Vec<(&'static str, Outcome, Duration)> {
        let skipped = Outcome::Skipped("curl is not installed".to_owned());
        vec![("a", Outcome::Passed, Duration::from_secs(2)), ("b", skipped, Duration::ZERO)]
    }

    #[test]
    fn a_skipped_step_is_named_with_its_reason() {
        assert_eq!(report(&ends()), "passed   a (2 s)\nskipped  b: curl is not installed\n");
        assert_eq!(verdict(&ends(), SkipRule::Named), Problems::default());
    }

    #[test]
    fn where_nothing_may_be_skipped_a_skip_fails() {
        assert_eq!(verdict(&ends(), SkipRule::Forbidden).texts(), ["b: skipped, curl is not installed"]);
    }

    #[test]
    fn a_failed_step_fails_the_run() {
        let ends = [("a", Outcome::Failed("no".to_owned()), Duration::ZERO)];
        assert_eq!(verdict(&ends, SkipRule::Named).texts(), ["a: failed, see above"]);
    }
}
