//! `gibbon config db_import`: what a file declares into the database, in one transaction.

use std::path::PathBuf;

use gibbon_conf::Database;
use gibbon_declarative::{Kinds, load};

use super::{ConfigError, block_on, document};
use crate::app;
use crate::cli::node::NodeArgs;
use crate::cli::terminal::{note, say, show_loaded};
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
    let loaded = args.node.source().load()?;
    show_loaded(&loaded, verbosity);
    if loaded.conf.database == Database::Off {
        return Err(ConfigError::ImportWithoutDatabase.into());
    }
    let document = document(args.file.as_deref())?;
    block_on(async {
        let definitions = app::definitions(&loaded.conf)?;
        let kinds = Kinds::new(definitions.iter());
        let declared = load(&document, &kinds, &definitions).map_err(ConfigError::Rejected)?;
        say("parse successful, beginning import");
        let applied = records::put(&loaded, &kinds, &declared.records).await?;
        note(verbosity, &format!("{} records written, {} were there already", applied.written, applied.unchanged));
        say("import successful");
        Ok(())
    })
}
