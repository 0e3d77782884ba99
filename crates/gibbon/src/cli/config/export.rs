//! `gibbon config db_export`: what is in the database, as a file.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use gibbon_declarative::export;

use super::{ConfigError, USUAL, block_on};
use crate::app;
use crate::cli::node::NodeArgs;
use crate::cli::session::Session;
use crate::cli::terminal::note;
use crate::cli::{Failure, Verbosity};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file. It holds the secrets of consumers, so that only its owner can read it.
    #[arg(value_name = "FILE", default_value = USUAL)]
    file: PathBuf,
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let session = Session::with_database(&args.node, verbosity, ConfigError::ExportWithoutDatabase)?;
    // Asked before the database is, and made sure of when the file is made.
    if args.file.exists() {
        return Err(ConfigError::WouldOverwrite(args.file.clone()).into());
    }
    let text = block_on(async {
        let kinds = session.kinds();
        let store = app::open_store(&session.settings.conf, &session.definitions).await?;
        let records = store.load(&kinds.names()).await.map_err(ConfigError::from)?.records;
        store.close().await;
        note(verbosity, &format!("{} records", records.len()));
        Ok(export(&kinds, records.iter().map(|(kind, record)| (kind.as_str(), record))))
    })?;
    Ok(write(&args.file, &text)?)
}

fn write(path: &Path, text: &str) -> Result<(), ConfigError> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => ConfigError::WouldOverwrite(path.to_path_buf()),
        _ => ConfigError::Unwritable { path: path.to_path_buf(), source },
    })
}
