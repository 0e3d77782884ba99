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
    if has_nextest(root) {
        let servers = [ON_POSTGRESQL, BEFORE_NGINX, WITH_SLAPD, WITH_REDIS];
        nextest(root, &servers.map(|with| format!("not ({with})")).join(" and "))
    } else {
        run(root, &["test", "--release", "--workspace", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"])
    }
}

/// Tests against a PostgreSQL that they start themselves. Where it is not installed they leave themselves out.
pub(super) fn postgres_tests(root: &Path) -> Outcome {
    needs("PostgreSQL is not installed: apt-get install postgresql", postgres_is_installed, || {
        if has_nextest(root) {
            nextest(root, ON_POSTGRESQL)
        } else {
            run(root, &["test", "--release", "--workspace", "--locked", "--no-fail-fast", "--test", "*", "postgres"])
        }
    })
}

/// The tests that need PostgreSQL, as nextest selects them: those in modules called so.
const ON_POSTGRESQL: &str = "kind(test) and test(/^postgres/)";

/// Tests with nginx as the upstream. Where it is not installed they leave themselves out.
pub(super) fn nginx_tests(root: &Path) -> Outcome {
    needs("nginx is not installed: apt-get install nginx-light", nginx_is_installed, || {
        if has_nextest(root) {
            nextest(root, BEFORE_NGINX)
        } else {
            run(root, &["test", "--release", "--workspace", "--locked", "--test", "data_plane", "before_nginx"])
        }
    })
}

/// The tests that need nginx, as nextest selects them: those in modules called so.
const BEFORE_NGINX: &str = "kind(test) and test(/^before_nginx/)";

/// Tests with slapd as the directory. Where it is not installed they leave themselves out.
pub(super) fn slapd_tests(root: &Path) -> Outcome {
    needs("slapd is not installed: apt-get install slapd", slapd_is_installed, || {
        if has_nextest(root) {
            nextest(root, WITH_SLAPD)
        } else {
            run(root, &["test", "--release", "--workspace", "--locked", "--test", "wire", "with_slapd"])
        }
    })
}

/// Tests that count in a Redis. Where it is not installed they leave themselves out.
pub(super) fn redis_tests(root: &Path) -> Outcome {
    needs("Redis is not installed: apt-get install redis-server", redis_is_installed, || {
        if has_nextest(root) {
            nextest(root, WITH_REDIS)
        } else {
            run(root, &["test", "--release", "--workspace", "--locked", "--test", "wire", "with_redis"])
        }
    })
}

/// The tests that need slapd, as nextest selects them: those in modules called so.
const WITH_SLAPD: &str = "kind(test) and test(/^with_slapd/)";

/// The tests that need Redis, as nextest selects them: those in modules called so.
const WITH_REDIS: &str = "kind(test) and test(/^with_redis/)";

/// In the places where the tests look for it.
fn nginx_is_installed() -> bool {
    is_installed("nginx")
}

fn redis_is_installed() -> bool {
    is_installed("redis-server")
}

fn slapd_is_installed() -> bool {
    is_installed("slapd")
}

/// In the places where the tests look for a server.
fn is_installed(server: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(["/usr/sbin".into()]).any(|folder| folder.join(server).is_file())
}

fn has_nextest(root: &Path) -> bool {
    answers(root, &["nextest", "--version"])
}

fn nextest(root: &Path, which: &str) -> Outcome {
    let how =
        ["nextest", "run", "--cargo-profile", "release", "--workspace", "--locked", "--no-fail-fast", "-E", which];
    run(root, &how)
}

/// In the places where the tests look for it.
fn postgres_is_installed() -> bool {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|output| String::from_utf8_lossy(&output.stdout).trim().into());
    debian.chain(env::split_paths(&path)).chain(configured).any(|folder| folder.join("initdb").is_file())
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
