//! The storage `kong`: the records `acme_storage`, which all nodes with the same database have.

use std::sync::Arc;

use gibbon_plugin_api::{Edit, Node, PluginRecords, RecordsError};
use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Added, ShelfError};
use crate::acme::entities::KIND;

/// See the module. A command that is no gateway has none.
#[derive(Clone)]
pub(in crate::acme) struct Records(Option<Arc<dyn PluginRecords>>);

impl Records {
    pub(super) fn new(node: &Node) -> Self {
        Self(node.records.clone())
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<String>, ShelfError> {
        Ok(self.find(name).await?.and_then(|record| Some(record.get("value")?.as_str()?.to_owned())))
    }

    pub(super) async fn set(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<(), ShelfError> {
        let mut edits: Vec<Edit> = self.id(name).await?.map(|id| Edit::Delete { kind: KIND, id }).into_iter().collect();
        edits.push(insertion(name, value, seconds));
        self.records()?.write(edits).await.map(drop).map_err(told)
    }

    pub(super) async fn add(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<Added, ShelfError> {
        if self.find(name).await?.is_some() {
            return Ok(Added::Known);
        }
        match self.records()?.write(vec![insertion(name, value, seconds)]).await {
            Ok(_) => Ok(Added::New),
            // Somebody was faster: the name is unique in the database.
            Err(RecordsError::Refused(_)) => Ok(Added::Known),
            Err(error) => Err(told(error)),
        }
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), ShelfError> {
        match self.id(name).await? {
            None => Ok(()),
            Some(id) => self.records()?.write(vec![Edit::Delete { kind: KIND, id }]).await.map(drop).map_err(told),
        }
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, ShelfError> {
        let all = self.records()?.all(KIND).await.map_err(told)?;
        let names = all.iter().filter_map(|record| record.get("key")?.as_str());
        Ok(names.filter(|name| name.starts_with(prefix)).map(str::to_owned).collect())
    }

    async fn find(&self, name: &str) -> Result<Option<Object>, ShelfError> {
        self.records()?.find(KIND, "key", name.to_owned()).await.map_err(told)
    }

    async fn id(&self, name: &str) -> Result<Option<Uuid>, ShelfError> {
        Ok(self.find(name).await?.and_then(|record| record.get("id")?.as_str()?.parse().ok()))
    }

    fn records(&self) -> Result<&Arc<dyn PluginRecords>, ShelfError> {
        self.0.as_ref().ok_or_else(|| ShelfError("this is no running gateway".to_owned()))
    }
}

fn insertion(name: &str, value: &str, seconds: Option<i64>) -> Edit {
    let mut body = Object::from_iter([("key", json!(name)), ("value", json!(value))].map(|(k, v)| (k.to_owned(), v)));
    if let Some(seconds) = seconds {
        body.insert("ttl".to_owned(), Value::from(seconds.max(1)));
    }
    Edit::Insert { kind: KIND, body }
}

fn told(error: RecordsError) -> ShelfError {
    ShelfError(error.to_string())
}
