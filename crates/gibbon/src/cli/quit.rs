//! `gibbon quit`: QUIT, with a time after which the gateway is stopped all the same.

use super::node::NodeArgs;
use super::stop::stop;
use super::terminal::{note, say};
use super::{Failure, Verbosity};
use nix::sys::signal::Signal;
use std::time::Duration;

/// The options, with Kong's defaults.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Seconds, at least 1, after which the gateway is stopped although requests are under way.
    #[arg(short = 't', long, value_name = "SECONDS", default_value_t = 10)]
    timeout: u32,
    /// Seconds to wait before the gateway is told, so that a load balancer can turn away from it.
    #[arg(short = 'w', long, value_name = "SECONDS", default_value_t = 0)]
    wait: u32,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let gateway = args.node.running()?;
    if args.wait > 0 {
        note(verbosity, &format!("waiting {} seconds before quitting", args.wait));
        if gateway.is_gone_within(Duration::from_secs(args.wait.into())) {
            return Err(Failure::NotRunning(gateway.prefix));
        }
    }
    note(verbosity, &format!("sending QUIT to the gateway at {}", gateway.prefix.display()));
    gateway.end(Signal::SIGQUIT)?;
    if gateway.is_gone_within(Duration::from_secs(args.timeout.max(1).into())) {
        say("Gibbon stopped (gracefully)");
        return Ok(());
    }
    note(verbosity, "requests are still under way");
    stop(&gateway, verbosity)?;
    say("Timeout, Gibbon stopped forcefully");
    Ok(())
}
