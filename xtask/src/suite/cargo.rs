//! The steps that cargo runs, all in the release profile: nothing is compiled twice.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Outcome;

/// `cargo fmt --check`.
pub(super) fn format(root: &Path) -> Outcome {
    let installed = || answers(root, &["fmt", "--version"]);
    needs("rustfmt is not installed: rustup component add rustfmt", installed, || {
        run(root, &["fmt", "--all", "--check"])
    })
}

/// Clippy over everything that compiles, tests included; a warning fails.
pub(super) fn clippy(root: &Path) -> Outcome {
    let installed = || answers(root, &["clippy", "--version"]);
    needs("clippy is not installed: rustup component add clippy", installed, || {
        run(root, &["clippy", "--release", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
    })
}

/// Unit and integration tests: by cargo-nextest where it is installed, else by cargo itself.
pub(super) fn tests(root: &Path) -> Outcome {
    if answers(root, &["nextest", "--version"]) {
        run(root, &["nextest", "run", "--cargo-profile", "release", "--workspace", "--locked", "--no-fail-fast"])
    } else {
        run(root, &["test", "--release", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"])
    }
}

/// The examples in doc comments, which nextest does not run.
pub(super) fn documentation_tests(root: &Path) -> Outcome {
    run(root, &["test", "--release", "--workspace", "--locked", "--doc"])
}

fn needs(otherwise: &str, installed: impl Fn() -> bool, step: impl Fn() -> Outcome) -> Outcome {
    if installed() { step() } else { Outcome::Skipped(otherwise.to_owned()) }
}

fn cargo(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root).stdin(Stdio::null());
    command
}

fn answers(root: &Path, arguments: &[&str]) -> bool {
    let output = cargo(root, arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    output.is_ok_and(|status| status.success())
}

fn run(root: &Path, arguments: &[&str]) -> Outcome {
    let line = arguments.join(" ");
    println!("cargo {line}");
    match cargo(root, arguments).status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("cargo {line}: {status}")),
        Err(error) => Outcome::Failed(format!("cannot run cargo {line}: {error}")),
    }
}
