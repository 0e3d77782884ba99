//! `gibbon health`: whether a gateway runs at a prefix.

use super::Failure;
use super::node::NodeArgs;
use super::terminal::say;
use crate::pid_file::{self, Holder};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let prefix = args.node.prefix()?;
    let is_running = pid_file::holder(&prefix) != Holder::Nobody;
    say(&format!("{:.<12}{}\n", "gibbon", if is_running { "running" } else { "not running" }));
    if !is_running {
        return Err(Failure::NotRunning(prefix));
    }
    say(&format!("Gibbon is healthy at {}", prefix.display()));
    Ok(())
}
