//! `gibbon reload`: HUP, after a look at the file that will be read, so that a mistake is told to who made it.

use super::node::{NodeArgs, Running};
use super::terminal::{note, say, show_loaded};
use super::{Failure, Verbosity};
use crate::app;
use crate::conf_source;
use nix::sys::signal::Signal;

/// The options. With `-c` the gateway changes to that file; without, it reads the one again that it runs with.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let gateway = args.node.running()?;
    let source = args.node.source();
    let loaded = if args.node.conf.is_some() { source.load()? } else { source.reload(&gateway.prefix)? };
    show_loaded(&loaded, verbosity);
    app::declared::check(&loaded.conf.declared, &app::definitions(&loaded.conf)?)?;
    if args.node.conf.is_some() {
        change_file(&gateway, loaded.file.as_deref())?;
    }
    note(verbosity, &format!("sending HUP to the gateway at {}", gateway.prefix.display()));
    gateway.signal(Signal::SIGHUP)?;
    say("Gibbon reloaded");
    Ok(())
}

fn change_file(gateway: &Running, file: Option<&std::path::Path>) -> Result<(), Failure> {
    let failed = |source| Failure::Prefix { path: gateway.prefix.clone(), source };
    conf_source::note(&gateway.prefix, file).map_err(failed)
}
