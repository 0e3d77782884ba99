//! What has become of a handover, as a note below the prefix: the command that asked for one reads it there.

use std::io;
use std::path::{Path, PathBuf};

/// The note. It says why a handover has failed, and is empty after one that has not.
#[derive(Debug)]
pub(crate) struct Outcome(PathBuf);

impl Outcome {
    /// Of the gateway at a prefix.
    pub(crate) fn at(prefix: &Path) -> Self {
        Self(prefix.join("pids/handover"))
    }

    /// Before a handover.
    ///
    /// # Errors
    /// When the prefix cannot be written to.
    pub(crate) fn forget(&self) -> io::Result<()> {
        match std::fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// After one that succeeded.
    pub(crate) fn note_success(&self) {
        self.write("");
    }

    /// After one that failed.
    pub(crate) fn note_failure(&self, reason: &str) {
        self.write(reason);
    }

    /// Nobody may have asked, so that a note which cannot be written is no failure.
    fn write(&self, text: &str) {
        let beside = self.0.with_extension("new");
        // Whoever waits for it must not read half of it.
        let _ = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &self.0));
    }

    /// What the note says, once there is one: why it failed, if it did.
    pub(crate) fn read(&self) -> Option<Result<(), String>> {
        let text = std::fs::read_to_string(&self.0).ok()?;
        Some(if text.is_empty() { Ok(()) } else { Err(text) })
    }
}
