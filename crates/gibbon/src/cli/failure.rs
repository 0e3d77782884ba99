//! Why a command failed, and how that is shown.

use super::Verbosity;
use super::config::ConfigError;
use super::explain::ExplainError;
use super::jwt::JwtError;
use super::migrate::MigrateError;
use super::migrations::MigrationsError;
use crate::app::AppError;
use crate::app::declared::DeclaredError;
use crate::background::BackgroundError;
use crate::pid_file::PidFileError;
use gibbon_conf::ConfError;
use gibbon_vault::VaultError;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// What ends a command with the status 1, or with one of its own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There are no settings.
    #[error("{}", one_a_line(.0))]
    Conf(Vec<ConfError>),
    /// A file was to be looked for, and there was none.
    #[error("no configuration file was named, and none is in a usual place")]
    NoFile,
    /// The folder in which a gateway should be running is not there.
    #[error("no such prefix: {}", .0.display())]
    NoPrefix(PathBuf),
    /// The folder for a gateway cannot be made.
    #[error("cannot prepare the prefix `{}`: {source}", path.display())]
    Prefix {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is nothing to stop, or to reload.
    #[error("Gibbon is not running at {}", .0.display())]
    NotRunning(PathBuf),
    /// There is something to stop, but not from here.
    #[error("the gateway at {} runs in another container, where signals from here do not reach", .0.display())]
    Unseen(PathBuf),
    /// A gateway has been told to stop, and has not.
    #[error("Gibbon is still running at {}", .0.display())]
    StillRunning(PathBuf),
    /// A gateway was to hand over, and goes on instead.
    #[error("the gateway was not upgraded, the old one goes on: {0}")]
    NoSuccessor(String),
    /// A gateway cannot be told.
    #[error("cannot send a signal to the gateway: {0}")]
    Signal(#[from] nix::Error),
    /// The prefix belongs to another gateway.
    #[error(transparent)]
    PidFile(#[from] PidFileError),
    /// No log.
    #[error("cannot start logging: {0}")]
    Log(io::Error),
    /// No way into the background.
    #[error(transparent)]
    Background(#[from] BackgroundError),
    /// A token cannot be made, or there is nothing to say about one.
    #[error(transparent)]
    Jwt(#[from] JwtError),
    /// A request cannot be explained.
    #[error(transparent)]
    Explain(#[from] ExplainError),
    /// A secret cannot be had.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// No token can be made.
    #[error("the system has no randomness: {0}")]
    NoRandomness(io::Error),
    /// The tables of the database.
    #[error(transparent)]
    Migrations(#[from] MigrationsError),
    /// The command has given its answer, and scripts read more of it from the exit status.
    #[error("status {0}")]
    Status(u8),
    /// Not everything is taken over.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// What is declared could not be served.
    #[error(transparent)]
    Declared(#[from] DeclaredError),
    /// A file of configuration is not read or written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The command has given its answer, and the answer was no.
    #[error("no")]
    Said,
    /// The gateway itself.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<ConfError> for Failure {
    fn from(error: ConfError) -> Self {
        Self::Conf(vec![error])
    }
}

impl From<Vec<ConfError>> for Failure {
    fn from(errors: Vec<ConfError>) -> Self {
        Self::Conf(errors)
    }
}

impl Failure {
    /// Prints the failure in the shape that Kong's scripts know, and gives the status to end with.
    pub(super) fn show(&self, verbosity: Verbosity) -> ExitCode {
        if let Self::Status(status) = self {
            return ExitCode::from(*status);
        }
        // The gateway in the background has printed it already, and so has a command whose answer is no.
        if !matches!(self, Self::Background(BackgroundError::Said) | Self::Said) {
            let _ = io::stderr().write_all(self.text(verbosity).as_bytes());
        }
        ExitCode::FAILURE
    }

    fn text(&self, verbosity: Verbosity) -> String {
        let mut text = format!("Error: {self}\n");
        if verbosity == Verbosity::Normal {
            text.push_str("\n  Run with --v (verbose) or --vv (debug) for more details\n");
            return text;
        }
        let mut source = self.source();
        while let Some(error) = source {
            let _ = writeln!(text, "  caused by: {error}");
            source = error.source();
        }
        text
    }
}

fn one_a_line(errors: &[ConfError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\nError: ")
}
