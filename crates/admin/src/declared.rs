//! What a node serves without a database: what a file declares, as a whole.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use gibbon_declarative::{Applied, ApplyError, Document, Extent, Kinds, Rejection, apply, load};
use gibbon_runtime::{CommitError, Configuration, Fault, WriteError};
use gibbon_schema::{EntityDef, Object};
use gibbon_store::StoreError;

/// The hash of nothing, as Kong tells it.
const NOTHING: &str = "00000000000000000000000000000000";

/// The declared configuration of a node, which is only ever exchanged as a whole.
pub struct Declared {
    configuration: Arc<Configuration>,
    /// The file that says, after a restart, which document the stored records are from.
    note: PathBuf,
    hash: Mutex<String>,
    /// Held while a document is loaded.
    turn: tokio::sync::Mutex<()>,
}

/// A document did not become what the node serves.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// There is something wrong with it.
    #[error("{0}")]
    Rejected(Box<Rejection>),
    /// What it declares could not be served.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unbuildable(Vec<Fault>),
    /// Another one is being loaded.
    #[error("another configuration is being loaded")]
    Busy,
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is away.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The store did not take a record of it.
    #[error("{0}")]
    Record(Box<ApplyError>),
    /// Loading ended in the middle.
    #[error("loading ended badly: {0}")]
    Ended(String),
}

/// Records with their kinds.
type Records = Vec<(&'static str, Object)>;

impl Declared {
    /// What `configuration` holds; `note` is the file in which its hash outlives a restart.
    pub fn new(configuration: Arc<Configuration>, note: PathBuf) -> Self {
        let hash = std::fs::read_to_string(&note).unwrap_or_default();
        let hash = if hash.len() == NOTHING.len() { hash } else { NOTHING.to_owned() };
        Self { configuration, note, hash: Mutex::new(hash), turn: tokio::sync::Mutex::default() }
    }

    /// The hash of the document that is served.
    pub fn hash(&self) -> String {
        self.hash.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves what a document declares, and nothing else: all of it or none. Answers with its records.
    ///
    /// # Errors
    /// Where it is not taken; then what was served before is served on.
    pub async fn replace(&self, document: Document) -> Result<Records, DeclareError> {
        let _turn = self.turn.try_lock().map_err(|_| DeclareError::Busy)?;
        let hash = document.hash().to_owned();
        let (configuration, note) = (Arc::clone(&self.configuration), self.note.clone());
        // On tasks of their own: reading takes long, and a change that has begun is finished whoever waits for it.
        let reader = Arc::clone(&configuration);
        let read = tokio::task::spawn_blocking(move || read(&reader, &document));
        let records = read.await.map_err(|error| DeclareError::Ended(error.to_string()))??;
        let hash = if records.is_empty() { NOTHING.to_owned() } else { hash };
        let noted = hash.clone();
        let write = tokio::spawn(async move { write(&configuration, &note, &noted, records).await });
        let records = write.await.map_err(|error| DeclareError::Ended(error.to_string()))??;
        *self.hash.lock().unwrap_or_else(PoisonError::into_inner) = hash;
        Ok(records)
    }
}

fn read(configuration: &Configuration, document: &Document) -> Result<Records, DeclareError> {
    let definitions = configuration.definitions();
    let declaration = load(document, &Kinds::new(definitions.iter()), definitions).map_err(DeclareError::Rejected)?;
    Ok(declaration.records.into_iter().map(|(def, record)| (def.name, record)).collect())
}

async fn write(
    configuration: &Configuration,
    note: &std::path::Path,
    hash: &str,
    records: Records,
) -> Result<Records, DeclareError> {
    let kinds = Kinds::new(configuration.definitions().iter());
    let defined: Vec<(&EntityDef, Object)> =
        records.iter().filter_map(|(kind, record)| Some((kinds.get(kind)?, record.clone()))).collect();
    // Without the note nothing is taken for the document that was noted last, should this end in the middle.
    let _ = std::fs::remove_file(note);
    match exchange(configuration, &kinds, &defined, |present| Extent::Whole(present)).await {
        Err(DeclareError::Record(error)) if matches!(error.source, StoreError::Unique { .. }) => {
            exchange(configuration, &kinds, &defined, |present| Extent::Anew(present)).await?;
        }
        done => done?,
    }
    if let Err(error) = std::fs::write(note, hash) {
        tracing::warn!(%error, "the hash of the declared configuration will not outlive a restart");
    }
    Ok(records)
}

async fn exchange(
    configuration: &Configuration,
    kinds: &Kinds<'_>,
    records: &[(&EntityDef, Object)],
    extent: fn(&[(String, Object)]) -> Extent<'_>,
) -> Result<(), DeclareError> {
    let mut write = configuration.write().await?;
    let present = configuration.store().load(&kinds.names()).await?.records;
    let applied = match apply(write.tx(), kinds, records, extent(&present)).await {
        Ok(applied) => applied,
        Err(error) => {
            write.rollback().await?;
            return Err(DeclareError::Record(Box::new(error)));
        }
    };
    if matches!(applied, Applied { written: 0, removed: 0, .. }) {
        return Ok(write.rollback().await?);
    }
    match write.commit().await {
        Ok(_) => Ok(()),
        Err(CommitError::Unbuildable(faults)) => Err(DeclareError::Unbuildable(faults)),
        Err(CommitError::Store(error)) => Err(error.into()),
    }
}
