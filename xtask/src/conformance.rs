//! `cargo xtask conformance <suite>`: recorded exchanges of the reference gateway, replayed against a fresh Gibbon.
//!
//! The suite is a folder with `probe.py`, `scenarios/`, `golden/` and `deviations.json`. Which steps pass is compared
//! with `.ci/conformance-baseline.txt`: a step that is lost fails the run, a step that is gained is written in.

mod baseline;
mod gateway;
mod probe_output;

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::problems::Problems;
use baseline::Baseline;
use gateway::Gateway;

const BASELINE: &str = ".ci/conformance-baseline.txt";

/// Runs the suite named by the first argument. `$PYTHON` is a Python with `requests`, `pyjwt` and `cryptography`.
pub(crate) fn task(root: &Path, arguments: &[String]) -> Result<(), Problems> {
    let suite = Path::new(arguments.first().ok_or_else(|| Problems::one("name the folder of the suite"))?);
    let mut gateway = Gateway::start(root)?;
    let output = replay(suite, &gateway)?;
    println!("{output}");
    let ended = gateway.faults();
    drop(gateway);

    let passing = probe_output::passing(&output, &probe_output::recorded_steps(&suite.join("golden"))?);
    let path = root.join(BASELINE);
    let before = Baseline::parse(&fs::read_to_string(&path).unwrap_or_default());
    let change = before.compare(&passing);
    print!("{change}");
    if !change.gained.is_empty() {
        fs::write(&path, before.with(&change.gained).to_string())
            .map_err(|error| Problems::one(format!("cannot write `{BASELINE}`: {error}")))?;
        println!("{} gained steps written to {BASELINE}", change.gained.len());
    }
    let mut problems = change.into_problems();
    problems.append(ended);
    problems.into_result()
}

fn replay(suite: &Path, gateway: &Gateway) -> Result<String, Problems> {
    let output = Command::new(env::var_os("PYTHON").unwrap_or_else(|| "python3".into()))
        .arg(suite.join("probe.py"))
        .args(["check", "--verbose", "--admin", &gateway.admin_url(), "--proxy", &gateway.proxy_url()])
        .arg("--scenarios")
        .arg(suite.join("scenarios"))
        .arg("--golden")
        .arg(suite.join("golden"))
        .arg("--deviations")
        .arg(suite.join("deviations.json"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .map_err(|error| Problems::one(format!("cannot run the probe: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // 1 says that some exchanges differ, which is for the baseline to judge.
    match output.status.code() {
        Some(0 | 1) if !text.is_empty() => Ok(text),
        _ => Err(Problems::one(format!("the probe broke: {}", String::from_utf8_lossy(&output.stderr).trim()))),
    }
}
