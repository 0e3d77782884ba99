//! A store in PostgreSQL with a copy of it in a file of this machine, so that a node starts and serves while the
//! database is away.
//!
//! Everything that is asked goes to the database, and fails while that is away, but for one thing: what a node loads at
//! its start comes from the copy if there is one of this very database. When the database is there again, the node asks
//! it for what has changed since, as after any absence. Whether it is the same database is asked then, too: if not, the
//! node is told to load everything anew.

mod copy;

use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use gibbon_schema::Object;
use uuid::Uuid;

use crate::postgres::{Connect, PostgresStore, contact, open_lazily};
use crate::{
    Announcements, Changes, Count, Filter, HistoryEntry, Loaded, Options, Page, PageRequest, Store, StoreError,
    TagPage, TagPageRequest, Transaction,
};
use copy::{Copy, Mark};

/// See the module.
pub struct Mirrored {
    connect: Connect,
    remote: PostgresStore,
    /// Which database that is; known once it has answered.
    identity: OnceLock<String>,
    copy: tokio::sync::Mutex<Copy>,
    served: Mutex<Served>,
    /// What has been loaded, and so what a copy has to hold.
    kinds: Mutex<Vec<String>>,
}

/// Where what the node serves comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Served {
    /// Nothing is loaded yet. With a mark, the copy is what will be.
    Nothing(Option<Mark>),
    /// The copy, with changes of the database if that is the same.
    Copy(Mark),
    /// The database.
    Database,
}

impl Mirrored {
    /// Opens the store, with the copy at `path`. If the database does not answer, the copy has to do.
    ///
    /// # Errors
    /// Those of [`postgres::open_with`](crate::postgres::open_with); [`StoreError::Unavailable`] only if there is no copy
    /// of that database either, made by the same version of this program.
    pub async fn open(connect: &Connect, path: PathBuf, options: Options) -> Result<Self, StoreError> {
        let remote = open_lazily(connect, options.clone())?;
        let found = contact(connect).await;
        let mut copy = Copy::at(path, connect, options);
        let (identity, served) = match found {
            Ok(identity) => (OnceLock::from(identity), Served::Nothing(None)),
            Err(away @ StoreError::Unavailable(_)) => match copy.mark().await {
                Some(mark) => (OnceLock::new(), Served::Nothing(Some(mark))),
                None => return Err(away),
            },
            Err(error) => return Err(error),
        };
        let (copy, served) = (tokio::sync::Mutex::new(copy), Mutex::new(served));
        Ok(Self { connect: connect.clone(), remote, identity, copy, served, kinds: Mutex::default() })
    }

    fn served(&self) -> Served {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn serve(&self, served: Served) {
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = served;
    }

    /// The database, once it has shown which one it is.
    async fn remote(&self) -> Result<&PostgresStore, StoreError> {
        if self.identity.get().is_none() {
            // Several may find out at once; they find out the same.
            let _ = self.identity.set(contact(&self.connect).await?);
        }
        Ok(&self.remote)
    }

    /// Whether the node serves what another database has held.
    fn is_foreign(&self) -> bool {
        match self.served() {
            Served::Copy(mark) => self.identity.get().is_some_and(|identity| *identity != mark.identity),
            Served::Nothing(_) | Served::Database => false,
        }
    }
}

#[async_trait]
impl Store for Mirrored {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let remote = self.remote().await?;
        if self.is_foreign() {
            return Err(StoreError::Unavailable("another database has answered, and is being loaded".into()));
        }
        remote.begin().await
    }

    async fn get(&self, kind: &str, id: Uuid) -> Result<Option<Object>, StoreError> {
        self.remote().await?.get(kind, id).await
    }

    async fn find(&self, kind: &str, field: &str, value: &str) -> Result<Option<Object>, StoreError> {
        self.remote().await?.find(kind, field, value).await
    }

    async fn page(&self, kind: &str, filter: &Filter, page: PageRequest) -> Result<Page, StoreError> {
        self.remote().await?.page(kind, filter, page).await
    }

    async fn tagged(&self, tag: Option<&str>, page: TagPageRequest) -> Result<TagPage, StoreError> {
        self.remote().await?.tagged(tag, page).await
    }

    async fn load(&self, kinds: &[&str]) -> Result<Loaded, StoreError> {
        *self.kinds.lock().unwrap_or_else(PoisonError::into_inner) =
            kinds.iter().map(|kind| (*kind).to_owned()).collect();
        if let Served::Nothing(Some(mark)) = self.served() {
            let records = self.copy.lock().await.load(kinds).await?;
            let revision = mark.revision;
            self.serve(Served::Copy(mark));
            return Ok(Loaded { revision, records });
        }
        let loaded = self.remote().await?.load(kinds).await?;
        self.serve(Served::Database);
        Ok(loaded)
    }

    async fn revision(&self) -> Result<u64, StoreError> {
        self.remote().await?.revision().await
    }

    async fn changes_since(&self, revision: u64) -> Result<Changes, StoreError> {
        let remote = self.remote().await?;
        if self.is_foreign() { Ok(Changes::TooFarBehind) } else { remote.changes_since(revision).await }
    }

    async fn history(&self, before: Option<u64>, size: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        self.remote().await?.history(before, size).await
    }

    async fn next_expiry(&self) -> Result<Option<i64>, StoreError> {
        self.remote().await?.next_expiry().await
    }

    async fn announcements(&self) -> Result<Option<Box<dyn Announcements>>, StoreError> {
        self.remote().await?.announcements().await
    }

    async fn tell(&self, word: &str) -> Result<(), StoreError> {
        self.remote().await?.tell(word).await
    }

    async fn count(&self, counts: &[Count]) -> Result<Vec<i64>, StoreError> {
        self.remote().await?.count(counts).await
    }

    async fn forget_counts(&self, now: i64) -> Result<(), StoreError> {
        self.remote().await?.forget_counts(now).await
    }

    fn copy_in_use(&self) -> Option<u64> {
        match self.served() {
            Served::Copy(mark) if self.identity.get().is_none() => Some(mark.revision),
            _ => None,
        }
    }

    async fn keep_copy(&self, live: u64) -> Result<(), StoreError> {
        let Some(identity) = self.identity.get() else { return Ok(()) };
        if self.is_foreign() {
            return Ok(());
        }
        let kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut copy = self.copy.lock().await;
        copy.follow(&self.remote, identity, live, &kinds).await
    }

    async fn close(&self) {
        self.remote.close().await;
        self.copy.lock().await.close().await;
    }
}
