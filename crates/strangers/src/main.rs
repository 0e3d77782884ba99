//! Tries inputs of a target, or of all, for some time: `strangers [target] [seconds]`; 60 seconds each where none are told.
//! It says how many were tried and which took longest. `strangers growth` measures how the work of tokens grows;
//! `strangers seeds` writes inputs of all targets where libFuzzer looks for them.

use std::cell::RefCell;
use std::fmt;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gibbon_strangers::jwt_plugin::growth;
use gibbon_strangers::{TARGETS, Target, seeds};
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// Inputs between two looks at the clock.
const ROUND: u32 = 200;

/// What is asked for in place of a target.
const GROWTH: &str = "growth";

/// The same, for files of inputs.
const SEEDS: &str = "seeds";

/// Where libFuzzer looks for the inputs of a target.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");

/// Inputs of a target that it starts from.
const SEEDED: usize = 200;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    let name = arguments.next_if(|word| word.parse::<u64>().is_err());
    if name.as_deref() == Some(GROWTH) {
        return growth();
    }
    if name.as_deref() == Some(SEEDS) {
        return seed();
    }
    let seconds = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(60);
    let chosen = TARGETS.iter().filter(|target| name.as_deref().is_none_or(|name| name == target.name));
    let failed = chosen.filter(|target| !holds_for(target, Duration::from_secs(seconds))).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures whether the work that tokens make grows faster than they do.
fn growth() -> ExitCode {
    let unfit = growth::measure().inspect(|growth| eprintln!("{growth}")).filter(|growth| !growth.is_fit()).count();
    eprintln!("{unfit} grew too fast");
    if unfit == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes inputs of every target for libFuzzer.
fn seed() -> ExitCode {
    let failed =
        TARGETS.iter().filter_map(|target| Some((target.name, seeds::write(target, SEEDED, Path::new(CORPUS)).err()?)));
    match failed.inspect(|(name, error)| eprintln!("{name}: {error}")).count() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Tries inputs until the time is over or one fails.
fn holds_for(target: &Target, time: Duration) -> bool {
    let started = Instant::now();
    let inputs = (target.inputs)();
    let (mut tried, slowest) = (0, RefCell::new(Slowest::default()));
    while started.elapsed() < time {
        let mut runner = TestRunner::new(Config { cases: ROUND, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&inputs, |bytes| {
            slowest.borrow_mut().see(target, &bytes);
            Ok::<_, TestCaseError>(())
        });
        tried += u64::from(ROUND);
        if let Err(TestError::Fail(reason, bytes)) = outcome {
            eprintln!("{}: {reason}\n{:?}", target.name, String::from_utf8_lossy(&bytes));
            return false;
        }
    }
    eprintln!("{}: {tried} inputs in {} s, {}", target.name, started.elapsed().as_secs(), slowest.into_inner());
    true
}

/// The input that has taken longest.
#[derive(Default)]
struct Slowest {
    time: Duration,
    bytes: Vec<u8>,
}

impl Slowest {
    /// Checks an input; one that has taken long is checked thrice more, since the machine may have done something else meanwhile.
    fn see(&mut self, target: &Target, bytes: &[u8]) {
        let check = || {
            let begun = Instant::now();
            (target.check)(bytes);
            begun.elapsed()
        };
        let time = check();
        if time > self.time {
            let time = (0..3).map(|_| check()).fold(time, Duration::min);
            if time > self.time {
                *self = Self { time, bytes: bytes.to_vec() };
            }
        }
    }
}

impl fmt::Display for Slowest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = String::from_utf8_lossy(&self.bytes).chars().take(300).collect();
        write!(f, "the slowest took {:?} for {} bytes: {shown:?}", self.time, self.bytes.len())
    }
}
