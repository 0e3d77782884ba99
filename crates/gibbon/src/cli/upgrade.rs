//! `gibbon upgrade`: USR2, after a look at the settings that the new process will read, and waiting for what becomes of it.

use super::node::{NodeArgs, Running};
use super::terminal::{note, say, show_loaded};
use super::{Failure, Verbosity};
use crate::app;
use crate::handover::Outcome;
use nix::sys::signal::Signal;
use std::time::Duration;

/// How often is looked for what has become of a handover.
const PAUSE: Duration = Duration::from_millis(20);

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let gateway = args.node.running()?;
    let loaded = args.node.source().reload(&gateway.prefix)?;
    show_loaded(&loaded, verbosity);
    app::declared::check(&loaded.conf.declared, &app::definitions(&loaded.conf)?)?;
    hand_over(&gateway, verbosity)?;
    say("Gibbon upgraded");
    Ok(())
}

/// Has a gateway start its program anew and hand over to it.
fn hand_over(gateway: &Running, verbosity: Verbosity) -> Result<(), Failure> {
    let outcome = Outcome::at(&gateway.prefix);
    let failed = |source| Failure::Prefix { path: gateway.prefix.clone(), source };
    outcome.forget().map_err(failed)?;
    note(verbosity, &format!("sending USR2 to the gateway at {}", gateway.prefix.display()));
    gateway.signal(Signal::SIGUSR2)?;
    loop {
        let is_over = !gateway.runs();
        // Looked at after that, since it is written before the end.
        match outcome.read() {
            Some(outcome) => return outcome.map_err(Failure::NoSuccessor),
            None if is_over => return Err(Failure::NotRunning(gateway.prefix.clone())),
            None => std::thread::sleep(PAUSE),
        }
    }
}
