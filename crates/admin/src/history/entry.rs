use gibbon_runtime::{Configuration, Definitions};
use gibbon_schema::{EntityDef, Environment as _, Object};
use gibbon_store::{Change, Op, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::references::id_of;
use crate::request::Request;

/// What one write did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// When, in seconds since 1970.
    pub(crate) at: i64,
    #[serde(flatten)]
    pub(crate) author: Author,
    /// The record that the request was about.
    pub(crate) entity: Option<Subject>,
    /// The revision that it took back, if it did.
    pub(crate) undoes: Option<u64>,
    /// All records that it touched.
    pub(crate) changes: Vec<Changed>,
}

/// Who asked for it, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Author {
    /// The name of the token that was shown.
    pub(crate) token: Option<String>,
    /// Where the request came from.
    pub(crate) peer: Option<String>,
    pub(crate) method: String,
    /// The path, in which names that are secrets are masked.
    pub(crate) path: String,
}

/// A record by its kind and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    pub(crate) kind: String,
    pub(crate) id: Option<Uuid>,
    /// What it is called in paths, unless that is a secret.
    pub(crate) name: Option<String>,
}

/// One record before and after; what was not there is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) kind: String,
    pub(crate) id: Uuid,
    pub(crate) before: Option<Object>,
    pub(crate) after: Option<Object>,
}

impl Author {
    /// The author of a request whose path is shown as `path`.
    pub(crate) fn of(request: &Request, path: String) -> Self {
        let Client { peer, token, .. } = &request.client;
        Self {
            token: token.as_deref().map(str::to_owned),
            peer: peer.map(|peer| peer.to_string()),
            method: request.method.to_string(),
            path,
        }
    }
}

impl Subject {
    /// A record of a kind.
    pub(crate) fn new(def: &EntityDef, record: &Object) -> Self {
        let key = def.endpoint_key.filter(|key| !def.is_secret(key));
        let name = key.and_then(|key| record.get(key)).and_then(Value::as_str).map(str::to_owned);
        Self { kind: def.name.to_owned(), id: id_of(record), name }
    }
}

/// Makes the entry of a write that is about to be committed.
///
/// What records were like before is read beside the transaction: until it is committed, everybody else sees them so.
pub(crate) async fn capture(
    configuration: &Configuration,
    touched: &[Change],
    author: Author,
    entity: Option<Subject>,
) -> Result<Entry, StoreError> {
    let mut changes = Vec::with_capacity(touched.len());
    for change in touched {
        let before = configuration.store().get(&change.kind, change.id).await?;
        let after = match &change.op {
            Op::Put(record) => Some(record.clone()),
            Op::Delete => None,
        };
        changes.push(Changed { kind: change.kind.clone(), id: change.id, before, after });
    }
    Ok(Entry { at: configuration.definitions().now(), author, entity, undoes: None, changes })
}

impl Entry {
    /// The form that is stored.
    pub(crate) fn stored(&self) -> Object {
        match serde_json::to_value(self) {
            Ok(Value::Object(object)) => object,
            // It has no map whose keys are no text, which is all that can go wrong.
            _ => Object::new(),
        }
    }

    /// The entry in its stored form.
    pub(crate) fn read(stored: &Object) -> Option<Self> {
        serde_json::from_value(Value::Object(stored.clone())).ok()
    }

    /// The newest entry, or the one of a revision.
    pub(crate) async fn find(store: &dyn Store, revision: u64) -> Result<Option<Self>, StoreError> {
        let found = store.history(revision.checked_add(1), 1).await?.into_iter().next();
        Ok(found.filter(|found| found.revision == revision).and_then(|found| Self::read(&found.entry)))
    }

    /// One line of the list: everything but the records.
    pub(crate) fn summary(&self, revision: u64) -> Value {
        let who = json!({ "token": self.author.token, "peer": self.author.peer });
        json!({
            "revision": revision,
            "at": self.at,
            "who": who,
            "method": self.author.method,
            "path": self.author.path,
            "entity": self.entity,
            "undoes": self.undoes,
            "records": self.changes.len(),
        })
    }

    /// The whole of it, without secrets.
    pub(crate) fn shown(&self, revision: u64, definitions: &Definitions) -> Value {
        let mut shown = self.summary(revision);
        shown["changes"] = self.changes_shown(definitions);
        shown
    }

    /// The records that it touched, without secrets.
    pub(crate) fn changes_shown(&self, definitions: &Definitions) -> Value {
        self.changes.iter().map(|change| change.shown(definitions)).collect()
    }
}

impl Changed {
    fn shown(&self, definitions: &Definitions) -> Value {
        // Of a kind that is no longer here nobody knows what is secret in it.
        let def = definitions.get(&self.kind);
        let masked = |record: &Object| Some(def?.masked(record, definitions));
        json!({
            "kind": self.kind,
            "id": self.id,
            "before": self.before.as_ref().and_then(masked),
            "after": self.after.as_ref().and_then(masked),
        })
    }
}
