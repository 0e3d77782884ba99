//! `gibbon config db_import`: what a file declares into the database, in one transaction.

use std::path::PathBuf;

use gibbon_declarative::load;

use super::{ConfigError, block_on, document};
use crate::cli::node::NodeArgs;
use crate::cli::session::Session;
use crate::cli::terminal::{note, say};
use crate::cli::{Failure, Verbosity, records};

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
    let session = Session::with_database(&args.node, verbosity, ConfigError::ImportWithoutDatabase)?;
    let document = document(args.file.as_deref())?;
    block_on(async {
        let kinds = session.kinds();
        let declared = load(&document, &kinds, &*session.definitions).map_err(ConfigError::Rejected)?;
        say("parse successful, beginning import");
        let applied = records::put(&session.settings, &kinds, &declared.records).await?;
        note(verbosity, &format!("{} records written, {} were there already", applied.written, applied.unchanged));
        say("import successful");
        Ok(())
    })
}
