//! The signals that steer a gateway, with nginx's meanings, which Kong's users know.

use std::io;
use tokio::signal::unix::{self, SignalKind};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// `TERM`, `INT`: stop now; requests under way are cut off.
    Stop,
    /// `QUIT`: accept no more connections, finish the requests under way, then stop.
    Quit,
    /// `HUP`: read the settings again.
    Reload,
    /// `USR2`: start the program anew, which may be another one by now, and hand over to it.
    Upgrade,
    /// `USR1`: open the log files again, which somebody has moved away.
    ReopenLogs,
}

/// The signals as they come. From its making on, none of them ends the process by itself.
#[derive(Debug)]
pub(crate) struct Signals {
    term: unix::Signal,
    int: unix::Signal,
    quit: unix::Signal,
    hup: unix::Signal,
    usr1: unix::Signal,
    usr2: unix::Signal,
}

impl Signals {
    /// Starts listening. Needs a tokio runtime with its I/O driver.
    ///
    /// # Errors
    /// When the system refuses a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            term: unix::signal(SignalKind::terminate())?,
            int: unix::signal(SignalKind::interrupt())?,
            quit: unix::signal(SignalKind::quit())?,
            hup: unix::signal(SignalKind::hangup())?,
            usr1: unix::signal(SignalKind::user_defined1())?,
            usr2: unix::signal(SignalKind::user_defined2())?,
        })
    }

    /// Waits for the next one. Of several that are there, the one that stops soonest comes first.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            _ = self.term.recv() => Signal::Stop,
            _ = self.int.recv() => Signal::Stop,
            _ = self.quit.recv() => Signal::Quit,
            _ = self.hup.recv() => Signal::Reload,
            _ = self.usr1.recv() => Signal::ReopenLogs,
            _ = self.usr2.recv() => Signal::Upgrade,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Signal, Signals};
    use nix::sys::signal;

    #[tokio::test]
    async fn each_signal_has_nginxs_meaning() {
        let mut signals = Signals::listen().unwrap();
        let cases = [
            (signal::SIGTERM, Signal::Stop),
            (signal::SIGINT, Signal::Stop),
            (signal::SIGQUIT, Signal::Quit),
            (signal::SIGHUP, Signal::Reload),
            (signal::SIGUSR1, Signal::ReopenLogs),
            (signal::SIGUSR2, Signal::Upgrade),
        ];
        for (sent, expected) in cases {
            signal::raise(sent).unwrap();
            assert_eq!(signals.next().await, expected);
        }
    }
}
