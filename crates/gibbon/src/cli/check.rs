//! `gibbon check <file>`: everything that is wrong with a configuration, at once, and with what it declares.

use super::terminal::{say, show_loaded};
use super::{Failure, Verbosity};
use crate::app;
use crate::conf_source::ConfSource;
use std::path::PathBuf;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Configuration file; without it, the one that `gibbon start` would find.
    #[arg(value_name = "FILE")]
    conf: Option<PathBuf>,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let loaded = ConfSource::new(args.conf.as_deref(), None).load()?;
    show_loaded(&loaded, verbosity);
    app::declared::check(&loaded.conf.declared, &app::definitions(&loaded.conf)?)?;
    let found = loaded.file.ok_or(Failure::NoFile)?;
    // The path as it was given, as Kong has it.
    say(&format!("configuration at {} is valid", args.conf.as_ref().unwrap_or(&found).display()));
    Ok(())
}
