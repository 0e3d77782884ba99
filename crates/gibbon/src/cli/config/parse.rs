//! `gibbon config parse`: whether a file could be loaded.

use std::path::PathBuf;

use gibbon_declarative::load;

use super::{ConfigError, document};
use crate::cli::node::NodeArgs;
use crate::cli::session::Session;
use crate::cli::terminal::say;
use crate::cli::{Failure, Verbosity};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let session = Session::begin(&args.node, verbosity)?;
    let document = document(args.file.as_deref())?;
    load(&document, &session.kinds(), &*session.definitions).map_err(ConfigError::Rejected)?;
    say("parse successful");
    Ok(())
}
