//! Which gateway a command is about, and how it is spoken to.

use super::Failure;
use crate::conf_source::ConfSource;
use crate::pid_file::{self, Holder};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The options that name a gateway.
#[derive(Debug, Default, clap::Args)]
pub(super) struct NodeArgs {
    /// Configuration file.
    #[arg(short = 'c', long, value_name = "FILE")]
    pub(super) conf: Option<PathBuf>,
    /// Folder that the gateway works in; wins over the one in the configuration.
    #[arg(short = 'p', long, value_name = "FOLDER")]
    pub(super) prefix: Option<String>,
}

impl NodeArgs {
    /// Where the gateway's settings come from.
    pub(super) fn source(&self) -> ConfSource {
        ConfSource::new(self.conf.as_deref(), self.prefix.as_deref())
    }

    /// The folder of the gateway, which has to be there.
    pub(super) fn prefix(&self) -> Result<PathBuf, Failure> {
        let prefix = self.source().prefix()?;
        if prefix.is_dir() { Ok(prefix) } else { Err(Failure::NoPrefix(prefix)) }
    }

    /// The gateway, which has to be running.
    pub(super) fn running(&self) -> Result<Running, Failure> {
        Running::at(self.prefix()?)
    }
}

/// A gateway that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) prefix: PathBuf,
    pid: Pid,
    /// Those which have handed over to it and serve what was under way then.
    predecessors: Vec<Pid>,
}

impl Running {
    /// The gateway at a prefix.
    pub(super) fn at(prefix: PathBuf) -> Result<Self, Failure> {
        match pid_file::holder(&prefix) {
            Holder::Process(pid) => Ok(Self { predecessors: pid_file::predecessors(&prefix), prefix, pid }),
            Holder::Unseen => Err(Failure::Unseen(prefix)),
            Holder::Nobody => Err(Failure::NotRunning(prefix)),
        }
    }

    /// Tells it something.
    pub(super) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        Ok(kill(self.pid, signal)?)
    }

    /// Tells it to end, and those before it.
    pub(super) fn end(&self, signal: Signal) -> Result<(), Failure> {
        for predecessor in &self.predecessors {
            // One that has ended meanwhile needs no telling.
            let _ = kill(*predecessor, signal);
        }
        self.signal(signal)
    }

    /// Whether it runs, be it that it has handed over.
    pub(super) fn runs(&self) -> bool {
        pid_file::holder(&self.prefix) == Holder::Process(self.pid) || pid_file::is_predecessor(&self.prefix, self.pid)
    }

    /// Waits until it is gone or the time is over, and tells whether it is gone.
    pub(super) fn is_gone_within(&self, time: Duration) -> bool {
        let start = Instant::now();
        while !self.is_gone() {
            let Some(left) = time.checked_sub(start.elapsed()) else { return false };
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
        true
    }

    fn is_gone(&self) -> bool {
        !self.runs() && !self.predecessors.iter().any(|pid| pid_file::is_predecessor(&self.prefix, *pid))
    }
}
