//! The steps that are scripts: the examples, the service unit, the container's file system.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::{Outcome, SkipRule};

/// By this exit status a script says that what it needs is not here; its last line says what that is.
const SKIPPED: i32 = 77;

/// An example: it starts its upstream and the gateway itself, on ports that are free.
pub(super) fn example(root: &Path, script: &str) -> Outcome {
    script_outcome(root, script)
}

/// `systemd-analyze verify`, which also finds settings that systemd would ignore.
pub(super) fn unit(root: &Path) -> Outcome {
    script_outcome(root, "packaging/verify.sh")
}

/// The root file system of the image, tried under chroot. It takes a second build of the gateway, a static one.
pub(super) fn container(root: &Path) -> Outcome {
    match SkipRule::of_environment() {
        SkipRule::Forbidden => script_outcome(root, "examples/docker/rootfs-test.sh"),
        SkipRule::Named => Outcome::Skipped(
            "takes a second, static build: run examples/docker/rootfs-test.sh, or this with GIBBON_NO_SKIP=1"
                .to_owned(),
        ),
    }
}

fn script_outcome(root: &Path, script: &str) -> Outcome {
    match follow(root, script) {
        Ok((status, last)) => outcome_of(script, status.code(), &last),
        Err(error) => Outcome::Skipped(format!("cannot run bash: {error}")),
    }
}

fn outcome_of(script: &str, code: Option<i32>, last_line: &str) -> Outcome {
    match code {
        Some(0) => Outcome::Passed,
        Some(SKIPPED) => Outcome::Skipped(last_line.to_owned()),
        Some(code) => Outcome::Failed(format!("{script}: exit status {code}")),
        None => Outcome::Failed(format!("{script}: ended by a signal")),
    }
}

/// Runs a script, passes its lines on as they come, and keeps the last one.
fn follow(root: &Path, script: &str) -> std::io::Result<(ExitStatus, String)> {
    let mut command = Command::new("bash");
    command.arg(script).current_dir(root).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut last = String::new();
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        last = line?;
        println!("{last}");
    }
    Ok((child.wait()?, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_says_by_its_status_that_it_was_skipped_and_by_its_last_line_why() {
        let why = "curl is not installed";
        assert_eq!(outcome_of("a.sh", Some(77), why), Outcome::Skipped(why.to_owned()));
        assert_eq!(outcome_of("a.sh", Some(0), ""), Outcome::Passed);
        assert_eq!(outcome_of("a.sh", Some(1), ""), Outcome::Failed("a.sh: exit status 1".to_owned()));
    }
}
