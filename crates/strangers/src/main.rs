//! Tries inputs of a target, or of all, for some time: `strangers [target] [seconds]`; 60 seconds each where none are told.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use gibbon_strangers::{TARGETS, Target};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// Inputs between two looks at the clock.
const ROUND: u32 = 200;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let name = arguments.next_if(|word| word.parse::<u64>().is_err());
    let seconds = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(60);
    let chosen = TARGETS.iter().filter(|target| name.as_deref().is_none_or(|name| name == target.name));
    let failed = chosen.filter(|target| !holds_for(target, Duration::from_secs(seconds))).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries inputs until the time is over or one fails.
fn holds_for(target: &Target, time: Duration) -> bool {
    let started = Instant::now();
    let inputs = (target.inputs)();
    let mut tried = 0;
    while started.elapsed() < time {
        let mut runner = TestRunner::new(Config { cases: ROUND, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&inputs, |bytes| {
            (target.check)(&bytes);
            Ok::<_, TestCaseError>(())
        });
        tried += u64::from(ROUND);
        if let Err(TestError::Fail(reason, bytes)) = outcome {
            eprintln!("{}: {reason}\n{:?}", target.name, String::from_utf8_lossy(&bytes));
            return false;
        }
    }
    eprintln!("{}: {tried} inputs in {} s", target.name, started.elapsed().as_secs());
    true
}
