//! Another program takes over from this one, while it serves: see [`crate::handover`].

use std::ffi::OsString;
use std::io;

use gibbon_conf::Run;
use tokio::task::spawn_blocking;

use super::control;
use super::ending::{self, End};
use super::running::Running;
use crate::cli::Boot;
use crate::conf_source;
use crate::handover::{Attempt, HandoverError, Listeners, Outcome};
use crate::service_manager;
use crate::signals::{Signal, Signals};

impl Running<'_> {
    /// Starts the program anew and hands over to it. `None` if this process goes on: for the reason, see the log.
    pub(super) async fn upgrade(&mut self, signals: &mut Signals) -> Option<End> {
        let outcome = Outcome::at(&self.boot.conf.prefix);
        match self.hand_over(signals).await {
            Ok(end) => {
                if end == End::HandedOver {
                    outcome.note_success();
                }
                Some(end)
            }
            Err(error) => {
                tracing::error!("no other process has taken over, this one goes on: {error}");
                outcome.note_failure(&error.to_string());
                None
            }
        }
    }

    async fn hand_over(&mut self, signals: &mut Signals) -> Result<End, HandoverError> {
        let Boot { program, source, conf, .. } = self.boot;
        tracing::info!("handing over to `{}`", program.display());
        let arguments = arguments(self.boot);
        let (attempt, line) = Attempt::begin(program, &arguments, source.folder(), conf.run, &self.listeners)?;
        let preparing = spawn_blocking(move || line.until_prepared().map(|()| line));
        let line = match wait(preparing, signals).await {
            Waited::Done(line) => line,
            Waited::Failed(error) => return Err(attempt.explain(error)),
            Waited::Told(end) => return Ok(give_up(attempt, end)),
        };
        if let Err(error) = self.claim.move_aside() {
            return Err(attempt.explain(io::Error::other(error)));
        }
        self.admin.take_leave().await;
        let starting = spawn_blocking(move || line.let_go_on().map(|()| line));
        let failure = match wait(starting, signals).await {
            Waited::Done(line) => {
                self.listeners = Listeners::default();
                ending::stop_accepting(self.data_plane).await;
                line.leave_alone();
                service_manager::handed_over_to(attempt.pid());
                return Ok(End::HandedOver);
            }
            Waited::Told(end) => return Ok(give_up(attempt, end)),
            Waited::Failed(error) => attempt.explain(error),
        };
        self.resume();
        Err(failure)
    }

    /// Takes back what was given away.
    fn resume(&mut self) {
        if let Err(error) = self.claim.move_in() {
            tracing::error!("{error}");
        }
        let (handle, conf) = (tokio::runtime::Handle::current(), &self.boot.conf);
        let ports = control::Ports::open(conf, &mut self.listeners);
        let started = ports.and_then(|ports| {
            let counted = (self.data_plane.counters(), self.data_plane.traffic());
            Ok(control::start(
                &handle,
                self.boot,
                self.node,
                self.configuration,
                counted,
                self.declared.clone(),
                ports,
            )?)
        });
        match started {
            Ok(admin) => self.admin = admin,
            Err(error) => tracing::error!("the Admin API does not start again: {error}"),
        }
    }
}

/// What the new process is started with: what this one runs with.
fn arguments(boot: &Boot) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["start".into(), "--successor".into()];
    if boot.conf.run == Run::Background {
        arguments.extend(["--daemon".into(), "--detached".into()]);
    }
    if let Some(file) = conf_source::noted(&boot.conf.prefix) {
        arguments.extend(["-c".into(), file.into()]);
    }
    arguments.extend(["-p".into(), boot.conf.prefix.clone().into()]);
    arguments
}

/// What has come of waiting for the new process.
enum Waited<T> {
    Done(T),
    Failed(io::Error),
    /// This process was told to end meanwhile.
    Told(End),
}

async fn wait<T>(step: tokio::task::JoinHandle<io::Result<T>>, signals: &mut Signals) -> Waited<T> {
    let mut step = step;
    loop {
        tokio::select! {
            done = &mut step => return match done {
                Ok(Ok(done)) => Waited::Done(done),
                Ok(Err(error)) => Waited::Failed(error),
                Err(error) => Waited::Failed(error.into()),
            },
            signal = signals.next() => match signal {
                Signal::Stop => return Waited::Told(End::Now),
                Signal::Quit => return Waited::Told(End::Gracefully),
                Signal::Reload | Signal::ReopenLogs | Signal::Upgrade => {
                    tracing::warn!("a signal was ignored while another process takes over");
                }
            },
        }
    }
}

fn give_up(attempt: Attempt, end: End) -> End {
    attempt.dismiss();
    end
}
