//! `gibbon stop`: TERM, and waiting until the ports are free for whoever comes next.

use super::node::{NodeArgs, Running};
use super::terminal::{note, say};
use super::{Failure, Verbosity};
use nix::sys::signal::Signal;
use std::time::Duration;

/// A gateway that is told to stop has nothing left to wait for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    stop(&args.node.running()?, verbosity)?;
    say("Gibbon stopped");
    Ok(())
}

/// Stops a gateway and waits for its end.
pub(super) fn stop(gateway: &Running, verbosity: Verbosity) -> Result<(), Failure> {
    note(verbosity, &format!("sending TERM to the gateway at {}", gateway.prefix.display()));
    gateway.end(Signal::SIGTERM)?;
    if gateway.is_gone_within(PATIENCE) { Ok(()) } else { Err(Failure::StillRunning(gateway.prefix.clone())) }
}
