//! The file that the copy is in.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gibbon_schema::{EntityDef, Object, Schema, field};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::postgres::{Connect, PostgresStore};
use crate::sqlite::{self, SqliteStore};
use crate::{Changes, Kinds, Loaded, Op, Options, Store, StoreError, Transaction};

/// The kind of the one record that says what the others are a copy of.
const MARK: &str = "mirror";

static MARK_DEF: LazyLock<EntityDef> = LazyLock::new(|| EntityDef {
    name: MARK,
    collection: MARK,
    nested: MARK,
    endpoint_key: None,
    version: 1,
    schema: Schema::new([field("id").string()]),
});

/// What a copy is a copy of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// The database as it has shown itself.
    pub(super) identity: String,
    /// Its revision.
    pub(super) revision: u64,
}

/// A file with a copy of a database, or none yet.
pub(super) struct Copy {
    path: PathBuf,
    /// The database as the settings name it.
    source: String,
    options: Options,
    store: Option<SqliteStore>,
    mark: Option<Mark>,
}

impl Copy {
    /// The copy that is to be at `path`. Nothing is opened before it is needed.
    pub(super) fn at(path: PathBuf, connect: &Connect, options: Options) -> Self {
        let schema = connect.schema.as_deref().unwrap_or_default();
        let source = format!("{}:{}/{}/{schema}", connect.host, connect.port, connect.database);
        // It has no past of its own.
        let options = Options { kept_changes: 1, kept_history: 0, ..options };
        Self { path, source, options, store: None, mark: None }
    }

    /// What is there, if it can be believed: a copy of the database that the settings name, made by this version of the
    /// program, so that it holds records as this version writes them.
    pub(super) async fn mark(&mut self) -> Option<Mark> {
        if self.store.is_none() && self.path.exists() {
            match self.open().await {
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, "the copy of the database cannot be read"),
            }
        }
        self.mark.clone()
    }

    async fn open(&mut self) -> Result<(), StoreError> {
        let store = sqlite::open_with(&self.path, self.options.clone()).await?;
        let body = store.get(MARK, Uuid::nil()).await?;
        self.mark = body.and_then(|body| read_mark(&body, &self.source));
        self.store = Some(store);
        Ok(())
    }

    /// All records of the copy.
    pub(super) async fn load(&self, kinds: &[&str]) -> Result<Vec<(String, Object)>, StoreError> {
        let store = self.store.as_ref().ok_or_else(|| StoreError::Unavailable("there is no copy".into()))?;
        Ok(store.load(kinds).await?.records)
    }

    /// Takes over what the database has and the copy has not, unless it is as new as `live`.
    pub(super) async fn follow(
        &mut self,
        remote: &PostgresStore,
        identity: &str,
        live: u64,
        kinds: &[String],
    ) -> Result<(), StoreError> {
        let mark = self.mark().await.filter(|mark| mark.identity == identity);
        let changes = match &mark {
            Some(mark) if mark.revision == live => return Ok(()),
            Some(mark) => remote.changes_since(mark.revision).await?,
            None => Changes::TooFarBehind,
        };
        if let Changes::List(changes) = changes {
            let Some(last) = changes.iter().map(|change| change.revision).max() else { return Ok(()) };
            let mark = Mark { identity: identity.to_owned(), revision: last };
            match self.apply(changes, &mark).await {
                Ok(()) => {
                    self.mark = Some(mark);
                    return Ok(());
                }
                // Two records may have exchanged a unique value; everything at once has no such trouble.
                Err(error) => tracing::debug!(%error, "the copy of the database is made anew"),
            }
        }
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        self.replace(&remote.load(&kinds).await?, identity).await
    }

    async fn apply(&self, changes: Vec<crate::Change>, mark: &Mark) -> Result<(), StoreError> {
        let store = self.store.as_ref().ok_or_else(|| StoreError::Unavailable("there is no copy".into()))?;
        let kinds = &*self.options.kinds;
        let mut deleted = Vec::new();
        let mut tx = store.begin().await?;
        tx.defer_references();
        for change in changes {
            match (change.op, kinds.definition(&change.kind)) {
                (Op::Put(body), Some(def)) => tx.replace(def, &body).await?,
                (Op::Put(_), None) => {}
                (Op::Delete, _) => deleted.push((change.kind, change.id)),
            }
        }
        // What refers to others goes before them.
        let mut depths = HashMap::new();
        deleted.sort_by_key(|(kind, _)| std::cmp::Reverse(depth(kind, kinds, &mut depths)));
        for (kind, id) in deleted {
            tx.delete(&kind, id).await?;
        }
        self.finish(tx, mark).await
    }

    async fn finish(&self, mut tx: Box<dyn Transaction>, mark: &Mark) -> Result<(), StoreError> {
        tx.replace(&MARK_DEF, &write_mark(mark, &self.source)).await?;
        tx.check_references().await?;
        tx.commit().await
    }

    /// Makes another file with everything, and puts it in the place of the present one.
    async fn replace(&mut self, loaded: &Loaded, identity: &str) -> Result<(), StoreError> {
        let mark = Mark { identity: identity.to_owned(), revision: loaded.revision };
        let new = self.path.with_extension("db.new");
        remove(&new);
        let store = sqlite::open_with(&new, self.options.clone()).await?;
        let mut tx = store.begin().await?;
        tx.defer_references();
        for (kind, body) in &loaded.records {
            if let Some(def) = self.options.kinds.definition(kind) {
                tx.insert(def, body).await?;
            }
        }
        self.finish(tx, &mark).await?;
        // Closing folds the log into the file: nothing is left beside either of them that could be taken for the other's.
        store.close().await;
        self.close().await;
        remove(&self.path);
        std::fs::rename(&new, &self.path).map_err(|error| StoreError::Unavailable(error.into()))?;
        self.open().await
    }

    pub(super) async fn close(&mut self) {
        if let Some(store) = self.store.take() {
            store.close().await;
        }
        self.mark = None;
    }
}

/// A database with what SQLite keeps beside it.
fn remove(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        // What is not there need not go, and what cannot go is found by who opens it.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

/// How many references lead from a kind to one without any, at most.
fn depth(kind: &str, kinds: &dyn Kinds, known: &mut HashMap<String, usize>) -> usize {
    if let Some(depth) = known.get(kind) {
        return *depth;
    }
    // For kinds that refer to one another.
    known.insert(kind.to_owned(), 0);
    let targets = kinds.definition(kind).into_iter().flat_map(EntityDef::foreign_fields);
    let depth = targets.map(|(_, target, _)| 1 + depth(target, kinds, known)).max().unwrap_or(0);
    known.insert(kind.to_owned(), depth);
    depth
}

fn write_mark(mark: &Mark, source: &str) -> Object {
    let body = json!({
        "id": Uuid::nil(), "source": source, "identity": mark.identity, "revision": mark.revision,
        "version": env!("CARGO_PKG_VERSION"),
    });
    match body {
        Value::Object(body) => body,
        _ => Object::new(),
    }
}

fn read_mark(body: &Object, source: &str) -> Option<Mark> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let is_ours = text("source") == Some(source) && text("version") == Some(env!("CARGO_PKG_VERSION"));
    let revision = body.get("revision").and_then(Value::as_u64).filter(|_| is_ours)?;
    Some(Mark { identity: text("identity")?.to_owned(), revision })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_believed_only_for_its_own_database_and_version() {
        let mark = Mark { identity: "i".to_owned(), revision: 7 };
        let mut body = write_mark(&mark, "db:5432/kong/");
        assert_eq!(read_mark(&body, "db:5432/kong/"), Some(mark));
        assert_eq!(read_mark(&body, "db:5432/other/"), None);
        body.insert("version".to_owned(), "0.0.1".into());
        assert_eq!(read_mark(&body, "db:5432/kong/"), None);
    }

    #[test]
    fn what_refers_to_others_is_deeper_than_they() {
        let def = |name, fields: Vec<gibbon_schema::Field>| EntityDef {
            name,
            collection: name,
            nested: name,
            endpoint_key: None,
            version: 1,
            schema: Schema::new(fields),
        };
        let kinds = vec![
            def("services", vec![]),
            def("routes", vec![field("service").foreign("services")]),
            def("plugins", vec![field("route").foreign("routes"), field("service").foreign("services")]),
            def("ring", vec![field("next").foreign("ring")]),
        ];
        let depth = |kind| depth(kind, &kinds, &mut HashMap::new());
        assert_eq!([depth("services"), depth("routes"), depth("plugins"), depth("unknown")], [0, 1, 2, 0]);
        assert_eq!(depth("ring"), 1);
    }
}
