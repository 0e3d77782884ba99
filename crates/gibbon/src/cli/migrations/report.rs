//! What the command says.

use super::super::Failure;
use super::super::terminal::say;
use gibbon_store::{Progress, SchemaState};
use serde_json::{Value, json};

/// What all steps belong to, since plugins have no tables of their own here.
const SUBSYSTEM: &str = "core";

/// Exit statuses of `list`, which scripts read.
const NEEDS_BOOTSTRAP: u8 = 3;
const HAS_PENDING: u8 = 4;
const HAS_NEW: u8 = 5;

/// Lines for the terminal, or none.
pub(super) struct Report {
    voice: Voice,
    /// The database as the lines call it.
    database: String,
}

/// Whether lines are said.
pub(super) enum Voice {
    Aloud,
    Quiet,
}

impl Report {
    pub(super) fn new(voice: Voice, database: String) -> Self {
        Self { voice, database }
    }

    pub(super) fn line(&self, line: &str) {
        if matches!(self.voice, Voice::Aloud) {
            say(line);
        }
    }

    /// Which steps were taken, and how each stands now.
    pub(super) fn taken(&self, executed: &[&str], pending: &[&str]) {
        if executed.is_empty() && pending.is_empty() {
            return;
        }
        self.line(&format!("migrating {SUBSYSTEM} on database '{}'...", self.database));
        executed.iter().for_each(|step| self.line(&format!("{SUBSYSTEM} migrated up to: {step} (executed)")));
        pending.iter().for_each(|step| self.line(&format!("{SUBSYSTEM} migrated up to: {step} (pending)")));
        self.line(&format!("{} processed", counted(executed.len() + pending.len())));
        for (count, how) in [(executed.len(), "executed"), (pending.len(), "pending")] {
            if count > 0 {
                self.line(&format!("{count} {how}"));
            }
        }
    }

    /// `list`.
    pub(super) fn list(&self, state: &SchemaState) -> Result<(), Failure> {
        let SchemaState::Bootstrapped(progress) = state else {
            self.line("Database needs bootstrapping; run 'gibbon migrations bootstrap'");
            return Err(Failure::Status(NEEDS_BOOTSTRAP));
        };
        self.line(&lists(progress).join("\n\n"));
        if !progress.pending.is_empty() {
            self.line("\nRun 'gibbon migrations finish' when ready");
            return Err(Failure::Status(HAS_PENDING));
        }
        if !progress.new.is_empty() {
            self.line("\nRun 'gibbon migrations up' to proceed");
            return Err(Failure::Status(HAS_NEW));
        }
        Ok(())
    }

    /// `status`.
    pub(super) fn status(state: &SchemaState) {
        // Also when everything else is quiet, as it is for a program.
        say(&json_of(state).to_string());
    }
}

fn counted(steps: usize) -> String {
    if steps == 1 { "1 migration".to_owned() } else { format!("{steps} migrations") }
}

fn lists(progress: &Progress) -> Vec<String> {
    let parts = [
        ("Executed migrations:", &progress.executed),
        ("Pending migrations:", &progress.pending),
        ("New migrations available:", &progress.new),
    ];
    let given = parts.into_iter().filter(|(_, steps)| !steps.is_empty());
    given.map(|(title, steps)| format!("{title}\n{SUBSYSTEM}: {}", steps.join(", "))).collect()
}

fn json_of(state: &SchemaState) -> Value {
    let SchemaState::Bootstrapped(progress) = state else { return json!({ "needs_bootstrap": true }) };
    let mut shown = json!({ "needs_bootstrap": false });
    let parts = [
        ("executed_migrations", &progress.executed),
        ("pending_migrations", &progress.pending),
        ("new_migrations", &progress.new),
    ];
    for (name, steps) in parts.into_iter().filter(|(_, steps)| !steps.is_empty()) {
        shown[name] = json!([{ "namespace": SUBSYSTEM, "migrations": steps }]);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(executed: &[&'static str], pending: &[&'static str], new: &[&'static str]) -> Progress {
        Progress { executed: executed.to_vec(), pending: pending.to_vec(), new: new.to_vec() }
    }

    fn status_of(state: &SchemaState) -> Option<u8> {
        match Report::new(Voice::Quiet, "kong".to_owned()).list(state) {
            Ok(()) => None,
            Err(Failure::Status(status)) => Some(status),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn scripts_tell_by_the_exit_status_what_is_to_be_done() {
        assert_eq!(status_of(&SchemaState::Empty), Some(3));
        for (steps, status) in [
            (progress(&["a"], &[], &[]), None),
            (progress(&["a"], &["b"], &["c"]), Some(4)),
            (progress(&["a"], &[], &["b"]), Some(5)),
        ] {
            assert_eq!(status_of(&SchemaState::Bootstrapped(steps)), status);
        }
    }

    #[test]
    fn what_is_not_there_is_not_listed() {
        assert_eq!(
            lists(&progress(&["a", "b"], &[], &["c"])),
            ["Executed migrations:\ncore: a, b", "New migrations available:\ncore: c"]
        );
    }

    #[test]
    fn the_state_is_json_for_programs() {
        let state = SchemaState::Bootstrapped(progress(&["a"], &["b"], &[]));
        let expected = json!({
            "needs_bootstrap": false,
            "executed_migrations": [{ "namespace": "core", "migrations": ["a"] }],
            "pending_migrations": [{ "namespace": "core", "migrations": ["b"] }],
        });
        assert_eq!(json_of(&state), expected);
        assert_eq!(json_of(&SchemaState::Empty), json!({ "needs_bootstrap": true }));
    }
}
