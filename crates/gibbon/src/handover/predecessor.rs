//! The process that hands over.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use gibbon_conf::Run;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::channel::{Channel, SOCKETS_AT_ONCE};
use super::listeners::Listeners;

pub(super) const GREETING: &str = "gibbon handover 1";
pub(super) const LISTENS: &str = "listens on ";
pub(super) const TAKES_DATAGRAMS: &str = "takes datagrams on ";
pub(super) const ALL: &str = "that is all";
pub(super) const PREPARED: &str = "prepared";
pub(super) const GO: &str = "go";
pub(super) const SERVING: &str = "serving";
pub(super) const ALONE: &str = "alone";

/// How long a successor may take to read its settings and its database.
const TO_PREPARE: Duration = Duration::from_secs(120);

/// How long it may take from there until it serves.
const TO_SERVE: Duration = Duration::from_secs(30);

/// The most that is kept of what a successor complains about.
const COMPLAINT: u64 = 8 * 1024;

/// Why there is no successor.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandoverError {
    /// Whoever started this process takes its end for the end of the gateway.
    #[error("a gateway that is process 1, as in a container, cannot hand over: its end is the end of the container")]
    FirstProcess,
    /// It cannot even be tried.
    #[error("cannot start `{program}`: {source}")]
    Start { program: String, source: io::Error },
    /// It ended.
    #[error("the new process has ended ({status}){complaint}")]
    Ended { status: ExitStatus, complaint: String },
    /// It does not come forward.
    #[error("the new process does not get ready: {0}")]
    Silent(io::Error),
}

/// A successor that does not serve yet.
#[derive(Debug)]
pub(crate) struct Attempt {
    child: Child,
    complaints: Option<JoinHandle<String>>,
}

/// The way to it.
#[derive(Debug)]
pub(crate) struct Line(Channel);

impl Attempt {
    /// Starts `program` and hands all sockets to it.
    ///
    /// # Errors
    /// Where that is not possible.
    pub(crate) fn begin(
        program: &Path,
        arguments: &[OsString],
        folder: &Path,
        run: Run,
        listeners: &Listeners,
    ) -> Result<(Self, Line), HandoverError> {
        if std::process::id() == 1 {
            return Err(HandoverError::FirstProcess);
        }
        let failed = |source| HandoverError::Start { program: program.display().to_string(), source };
        let (channel, other) = Channel::pair().map_err(failed)?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder).stdin(Stdio::from(other));
        if run == Run::Background {
            // There is no terminal: it says on one pipe that it is up, and on the other why it is not.
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        }
        let mut child = command.spawn().map_err(failed)?;
        // It holds the other end, which would keep the channel open after the child's death.
        drop(command);
        let complaints = child.stderr.take().map(|output| thread::spawn(|| read(output)));
        let attempt = Self { child, complaints };
        match hand_over(&channel, listeners) {
            Ok(()) => Ok((attempt, Line(channel))),
            Err(error) => Err(attempt.explain(error)),
        }
    }

    /// The process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap_or(i32::MAX))
    }

    /// Ends it, and tells why it has not got there.
    pub(crate) fn explain(mut self, error: io::Error) -> HandoverError {
        let status = match (error.kind(), self.child.try_wait()) {
            // It is ending just now, of its own will.
            (io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe, Ok(None)) => self.child.wait().ok(),
            (_, Ok(status)) => status,
            (_, Err(_)) => None,
        };
        let Some(status) = status else {
            self.end();
            return HandoverError::Silent(error);
        };
        let complaint = self.complaints.take().and_then(|reading| reading.join().ok()).unwrap_or_default();
        let complaint = complaint.trim();
        let complaint = if complaint.is_empty() { String::new() } else { format!(": {complaint}") };
        HandoverError::Ended { status, complaint }
    }

    /// Tells it to end. It may have the prefix by now, and leaves that in order.
    pub(crate) fn dismiss(self) {
        let _ = kill(self.pid(), Signal::SIGTERM);
    }

    /// Ends it.
    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Line {
    /// Waits until the successor could serve.
    ///
    /// # Errors
    /// Where it cannot.
    pub(crate) fn until_prepared(&self) -> io::Result<()> {
        self.0.expect(PREPARED, TO_PREPARE)
    }

    /// Lets it serve, and waits until it does.
    ///
    /// # Errors
    /// Where it does not.
    pub(crate) fn let_go_on(&self) -> io::Result<()> {
        self.0.say(GO)?;
        self.0.expect(SERVING, TO_SERVE)
    }

    /// Tells it that nobody else accepts connections any more.
    pub(crate) fn leave_alone(&self) {
        // It serves already; if it is gone all the same, that is not for this process to mend.
        let _ = self.0.say(ALONE);
    }
}

fn hand_over(channel: &Channel, listeners: &Listeners) -> io::Result<()> {
    channel.say(GREETING)?;
    for (address, sockets) in listeners.all() {
        for some in sockets.chunks(SOCKETS_AT_ONCE) {
            let some: Vec<_> = some.iter().map(|socket| socket.as_fd()).collect();
            channel.send(&format!("{LISTENS}{address}"), &some)?;
        }
    }
    for (address, sockets) in listeners.all_of_datagrams() {
        for some in sockets.chunks(SOCKETS_AT_ONCE) {
            let some: Vec<_> = some.iter().map(|socket| socket.as_fd()).collect();
            channel.send(&format!("{TAKES_DATAGRAMS}{address}"), &some)?;
        }
    }
    channel.say(ALL)
}

fn read(output: ChildStderr) -> String {
    let mut text = Vec::new();
    let _ = output.take(COMPLAINT).read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}
