//! `gibbon config parse`: whether a file could be loaded.

use std::path::PathBuf;

use gibbon_declarative::{Kinds, load};

use super::{ConfigError, document};
use crate::app;
use crate::cli::node::NodeArgs;
use crate::cli::terminal::{say, show_loaded};
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
    let loaded = args.node.source().load()?;
    show_loaded(&loaded, verbosity);
    let definitions = app::definitions(&loaded.conf)?;
    let document = document(args.file.as_deref())?;
    load(&document, &Kinds::new(definitions.iter()), &definitions).map_err(ConfigError::Rejected)?;
    say("parse successful");
    Ok(())
}
