//! What has become of a handover, as a note below the prefix: the command that asked for one reads it there.

use std::io;
use std::path::{Path, PathBuf};

/// The note. It is there only after a handover that failed, and says why.
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

    /// After one that failed. Nobody may have asked, so that a note which cannot be written is no failure.
    pub(crate) fn note(&self, reason: &str) {
        let beside = self.0.with_extension("new");
        // Whoever waits for it must not read half of it.
        let _ = std::fs::write(&beside, reason).and_then(|()| std::fs::rename(&beside, &self.0));
    }

    /// Why it failed, if it did.
    pub(crate) fn failure(&self) -> Option<String> {
        std::fs::read_to_string(&self.0).ok()
    }
}
