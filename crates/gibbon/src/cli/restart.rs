//! `gibbon restart`: stop, then start in the background. Between the two the ports are closed; `gibbon reload` changes
//! settings without that.

use super::node::{NodeArgs, Running};
use super::start;
use super::stop::stop;
use super::terminal::show_loaded;
use super::{Failure, Verbosity};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    // First, so that a mistake in the file does not take a gateway down that works.
    let loaded = args.node.source().in_background().load()?;
    show_loaded(&loaded, verbosity);
    match Running::at(loaded.conf.prefix) {
        Ok(gateway) => stop(&gateway, verbosity)?,
        // As Kong has it: what is not running is started.
        Err(Failure::NotRunning(_)) => {}
        Err(other) => return Err(other),
    }
    start::in_background(&args.node, verbosity)
}
