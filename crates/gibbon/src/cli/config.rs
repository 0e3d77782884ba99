//! `gibbon config`: files of configuration, and what is in the database as one.

mod export;
mod import;
mod init;
mod parse;

use std::io;
use std::path::{Path, PathBuf};

use gibbon_declarative::{ApplyError, Document, Rejection};
use gibbon_store::StoreError;

use super::{Failure, Verbosity};
use crate::app::declared::{Fault, read_file};

/// The commands about files of configuration.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Write an example to begin with.
    Init(init::Args),
    /// Put what a file declares into the database: all of it or nothing. A gateway that runs serves it at once.
    #[command(name = "db_import", alias = "db-import")]
    DbImport(import::Args),
    /// Write what is in the database into a file.
    #[command(name = "db_export", alias = "db-export")]
    DbExport(export::Args),
    /// Tell whether a file could be loaded, and everything that is wrong with it.
    Parse(parse::Args),
}

/// The file where none is named.
const USUAL: &str = "kong.yml";

/// Why a command about files failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// No file was named.
    #[error("expected a declarative configuration file; see `gibbon config --help`")]
    NoFile,
    /// A file would be lost, in the folder of the command.
    #[error("{0} already exists in the current directory.\nWill not overwrite it.")]
    Present(String),
    /// A file would be lost.
    #[error("{} already exists. Will not overwrite it.", .0.display())]
    WouldOverwrite(PathBuf),
    /// There is no database to import into.
    #[error(
        "'gibbon config db_import' only works with a database.\nWhen using database=off, reload your declarative \
         configuration\nusing the /config endpoint."
    )]
    ImportWithoutDatabase,
    /// There is no database to export from.
    #[error("'gibbon config db_export' only works with a database.")]
    ExportWithoutDatabase,
    /// A file cannot be read.
    #[error("Failed parsing:\n{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is something wrong with a file.
    #[error("Failed parsing:\n{0}")]
    Fault(Fault),
    /// There is something wrong with what a file declares.
    #[error("Failed parsing:\n{0}")]
    Rejected(Box<Rejection>),
    /// The database does not take it.
    #[error("Failed importing:\n{0}")]
    Apply(Box<ApplyError>),
    /// What it declares cannot be served.
    #[error("Failed importing:\n{0}")]
    Commit(#[from] gibbon_runtime::CommitError),
    /// The database does not answer.
    #[error("Failed importing:\n{0}")]
    Store(#[from] StoreError),
    /// The database does not let anybody write.
    #[error("Failed importing:\n{0}")]
    Write(#[from] gibbon_runtime::WriteError),
    /// A file cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

pub(super) fn run(args: Args, verbosity: Verbosity) -> Result<(), Failure> {
    match args.command {
        Command::Init(args) => Ok(init::run(&args)?),
        Command::DbImport(args) => import::run(&args, verbosity),
        Command::DbExport(args) => export::run(&args, verbosity),
        Command::Parse(args) => parse::run(&args, verbosity),
    }
}

/// The document in a file that has to be named.
pub(super) fn document(file: Option<&Path>) -> Result<Document, ConfigError> {
    let path = file.ok_or(ConfigError::NoFile)?;
    read_file(path).map_err(|fault| match fault {
        Fault::Io(source) => ConfigError::Unreadable { path: path.to_path_buf(), source },
        fault => ConfigError::Fault(fault),
    })
}

/// Runs what waits for a database.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(crate::app::AppError::from)?.block_on(work)
}
