//! What a manager of services such as systemd is told (`sd_notify(3)`), where there is one that listens.

use nix::unistd::Pid;
use sd_notify::NotifyState;

/// The gateway serves.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Another process is the gateway from now on; the end of this one means nothing.
pub(crate) fn handed_over_to(successor: Pid) {
    tell(&[NotifyState::MainPid(successor.as_raw().unsigned_abs())]);
}

/// It ends.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager does not listen");
    }
}
