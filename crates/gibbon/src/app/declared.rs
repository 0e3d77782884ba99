//! The configuration of a gateway without a database: read at the start, and again at each reload.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gibbon_admin::{DeclareError, Declared};
use gibbon_conf::Declared as Source;
use gibbon_declarative::{Document, Kinds, Notation, ReadError, load};
use gibbon_runtime::{Configuration, Definitions};

/// The name, below the prefix, of the file that says which document the stored records are from.
const NOTE: &str = "dbless.hash";

/// Why what is declared is not served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeclaredError {
    /// There is something wrong with a file.
    #[error("error parsing declarative config file {}:\n{fault}", path.display())]
    File { path: PathBuf, fault: Fault },
    /// There is something wrong with the text in the settings.
    #[error("error parsing declarative config string:\n{0}")]
    Text(Fault),
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// It cannot be had.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be loaded.
    #[error(transparent)]
    Load(#[from] DeclareError),
}

/// The configuration that a gateway without a database begins with. Where nothing is declared, it is what was served
/// last.
///
/// # Errors
/// Where what is declared cannot be served.
pub(super) async fn start(
    prefix: &Path,
    source: &Source,
    configuration: &Arc<Configuration>,
) -> Result<Arc<Declared>, DeclaredError> {
    let declared = Arc::new(Declared::new(Arc::clone(configuration), prefix.join(NOTE)));
    exchange(&declared, source).await?;
    Ok(declared)
}

/// Reads what is declared again. With a mistake in it, what was served before is served on.
pub(super) async fn reload(declared: &Declared, source: &Source) {
    match exchange(declared, source).await {
        Ok(()) => tracing::info!("what is declared was read again"),
        Err(error) => tracing::error!("what is declared was not read again, the old configuration stays: {error}"),
    }
}

async fn exchange(declared: &Declared, source: &Source) -> Result<(), DeclaredError> {
    match read(source)? {
        None => Ok(()),
        Some(document) => declared.replace(document).await.map(drop).map_err(|error| blame(source, error.into())),
    }
}

/// Whether what is declared could be served, for those who are about to ask a gateway to do so.
///
/// # Errors
/// Where not.
pub(crate) fn check(source: &Source, definitions: &Definitions) -> Result<(), DeclaredError> {
    let Some(document) = read(source)? else { return Ok(()) };
    let loaded = load(&document, &Kinds::new(definitions.iter()), definitions);
    let reject = |rejection| blame(source, DeclareError::Rejected(rejection).into());
    loaded.map(drop).map_err(reject)
}

/// What is declared.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn read(source: &Source) -> Result<Option<Document>, DeclaredError> {
    let document = match source {
        Source::Nothing => return Ok(None),
        Source::File(path) => read_file(path),
        Source::Text(text) => Document::read(text, Notation::Either).map_err(Fault::from),
    };
    document.map(Some).map_err(|fault| blame(source, fault))
}

/// A document in a file.
pub(crate) fn read_file(path: &Path) -> Result<Document, Fault> {
    let notation = Notation::of_file(path)?;
    Ok(Document::read(&std::fs::read_to_string(path)?, notation)?)
}

fn blame(source: &Source, fault: Fault) -> DeclaredError {
    match source {
        Source::File(path) => DeclaredError::File { path: path.clone(), fault },
        Source::Text(_) | Source::Nothing => DeclaredError::Text(fault),
    }
}
