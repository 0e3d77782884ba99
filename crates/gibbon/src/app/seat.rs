//! How a process comes to its prefix: free, or from the process before it.

use std::path::Path;

use gibbon_runtime::Configuration;

use super::AppError;
use crate::handover::{Listeners, Successor};
use crate::pid_file::PidFile;

/// See the module.
#[derive(Debug)]
pub(crate) enum Seat {
    /// The prefix is this process's already.
    Own(PidFile),
    /// It will be, when the process before is ready to give it away. Sockets it has given already.
    Anothers(Successor, Listeners),
}

/// A way to a prefix that has yet to be gone.
#[derive(Debug)]
pub(super) enum Waiting {
    Not(PidFile),
    For(Successor),
}

/// A prefix that is this process's, and who has to know when it serves.
#[derive(Debug)]
pub(super) struct Taken {
    claim: PidFile,
    before: Option<Successor>,
}

impl Seat {
    /// The sockets that are there before any is opened.
    pub(super) fn with_listeners(self) -> (Waiting, Listeners) {
        match self {
            Self::Own(claim) => (Waiting::Not(claim), Listeners::default()),
            Self::Anothers(before, listeners) => (Waiting::For(before), listeners),
        }
    }
}

impl Waiting {
    /// Takes the prefix, as the last step before serving. Whatever the process before has written meanwhile is live.
    ///
    /// # Errors
    /// Where it cannot be had.
    pub(super) async fn take(self, prefix: &Path, configuration: &Configuration) -> Result<Taken, AppError> {
        let before = match self {
            Self::Not(claim) => return Ok(Taken { claim, before: None }),
            Self::For(before) => before,
        };
        // There is nothing else to do meanwhile: this may block.
        before.wait_for_turn()?;
        let mut claim = PidFile::beside(prefix)?;
        claim.move_in()?;
        if let Err(error) = configuration.follow().await {
            tracing::warn!(%error, "cannot ask what was written last by the process before this one");
        }
        Ok(Taken { claim, before: Some(before) })
    }
}

impl Taken {
    /// This process serves.
    pub(super) fn serves(self) -> PidFile {
        if let Some(before) = self.before {
            before.serves();
        }
        self.claim
    }
}
