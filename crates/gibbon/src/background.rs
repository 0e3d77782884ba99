//! A gateway that leaves the terminal: the command starts itself once more as a child, and returns when the child's ports
//! are open, or fails when the child does.
//!
//! The child says that it is ready with a line on its standard output, which is a pipe to the command. Its standard error
//! is the command's own until then, so that whatever stops it from starting is read where the command was given.

use crate::program;
use nix::unistd;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};

const READY: &str = "ready";

/// Why there is no gateway in the background.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackgroundError {
    /// It has said itself why, on standard error.
    #[error("the gateway did not start")]
    Said,
    /// It ended in silence.
    #[error("the gateway ended before it was ready ({0})")]
    Ended(ExitStatus),
    /// It could not even be tried.
    #[error("cannot start a process for the gateway: {0}")]
    Io(#[from] io::Error),
}

/// Starts this program again with other arguments and waits until it is ready.
///
/// # Errors
/// When the child ends before that.
pub(crate) fn spawn(arguments: &[OsString]) -> Result<(), BackgroundError> {
    let mut command = Command::new(program::path()?);
    let mut child = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    if is_ready(&mut child)? {
        return Ok(());
    }
    let status = child.wait()?;
    Err(if status.code() == Some(1) { BackgroundError::Said } else { BackgroundError::Ended(status) })
}

fn is_ready(child: &mut Child) -> io::Result<bool> {
    let Some(output) = child.stdout.take() else { return Ok(false) };
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    Ok(line.trim_end() == READY)
}

/// In the child, first of all: leaves the terminal's session, so that closing the terminal does not end the gateway,
/// and the working folder, so that its file system can be taken away.
///
/// # Errors
/// When the system refuses.
pub(crate) fn leave_session() -> io::Result<()> {
    unistd::setsid()?;
    std::env::set_current_dir("/")
}

/// In the child, when its ports are open: tells the command, and lets go of the standard streams.
///
/// # Errors
/// When the command is gone, or `/dev/null` cannot be opened.
pub(crate) fn report_ready() -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{READY}")?;
    stdout.flush()?;
    let null = OpenOptions::new().read(true).write(true).open("/dev/null")?;
    unistd::dup2_stdin(&null)?;
    unistd::dup2_stdout(&null)?;
    unistd::dup2_stderr(&null)?;
    Ok(())
}
