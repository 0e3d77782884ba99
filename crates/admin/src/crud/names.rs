//! Records whose bodies list the names of others that refer to them: a certificate has its SNIs.
//!
//! The list is no part of the record. It is read from the others when the record is shown, and a body that has one
//! makes and deletes them. Any of the names may stand in a path instead of the id.

use std::collections::BTreeMap;

use gibbon_runtime::Definitions;
use gibbon_schema::{Object, Violations};
use gibbon_store::{Filter, PageRequest, Store, Transaction};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reader::Reader;
use super::subject::{definition, referred};
use crate::error::ApiError;
use crate::references::id_of;

/// A kind whose records list names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Names {
    kind: &'static str,
    /// The field of the list.
    pub(crate) field: &'static str,
    /// The kind of the records whose names these are.
    child: &'static str,
    /// Their field that refers to the record.
    reference: &'static str,
    /// Their field that has the name.
    name: &'static str,
    /// What is said of a name in a path that no record has.
    pub(crate) missing: &'static str,
}

const LISTS: [Names; 1] = [Names {
    kind: "certificates",
    field: "snis",
    child: "snis",
    reference: "certificate",
    name: "name",
    missing: "SNI not found",
}];

/// Names are read in pages of this size.
const PAGE: usize = 1000;

/// What a body says about the names.
pub(crate) enum Wanted {
    /// Nothing.
    AsTheyAre,
    /// These.
    These(Vec<String>),
}

impl Names {
    /// The list that records of a kind have.
    pub(crate) fn of(kind: &str) -> Option<&'static Self> {
        LISTS.iter().find(|names| names.kind == kind)
    }

    /// The id of the record that has a name.
    pub(crate) async fn owner(&self, reader: &mut Reader<'_>, name: &str) -> Result<Option<Uuid>, ApiError> {
        let child = reader.find(self.child, self.name, name).await?;
        Ok(child.and_then(|child| referred(&child, self.reference)))
    }

    /// What a body wants; the list is not yet looked at. Null is an empty list.
    pub(crate) fn wanted(&self, body: &Object) -> Wanted {
        match body.get(self.field) {
            None => Wanted::AsTheyAre,
            Some(list) => {
                let names = list.as_array().into_iter().flatten().filter_map(Value::as_str);
                Wanted::These(names.map(str::to_owned).collect())
            }
        }
    }

    /// Puts the list into a record that is shown.
    pub(crate) async fn show(&self, store: &dyn Store, record: &mut Object) -> Result<(), ApiError> {
        let id = id_of(record).ok_or(ApiError::NotFound)?;
        let names: Vec<String> = self.present(store, id).await?.into_keys().collect();
        record.insert(self.field.to_owned(), names.into());
        Ok(())
    }

    /// The names of a record, with the ids of those who have them.
    async fn present(&self, store: &dyn Store, id: Uuid) -> Result<BTreeMap<String, Uuid>, ApiError> {
        let filter = Filter { relation: Some((self.reference.to_owned(), id)), tags: None };
        let mut names = BTreeMap::new();
        let mut after = None;
        loop {
            let page = store.page(self.child, &filter, PageRequest { size: PAGE, after }).await?;
            let named = |record: &Object| Some((record.get(self.name)?.as_str()?.to_owned(), id_of(record)?));
            names.extend(page.records.iter().filter_map(named));
            after = page.next;
            if after.is_none() {
                return Ok(names);
            }
        }
    }
}

/// Names in a change under way.
pub(crate) struct Naming<'a> {
    pub(crate) names: &'static Names,
    pub(crate) definitions: &'a Definitions,
    /// What is committed. There is one writer at a time, so that this is also what the change began with.
    pub(crate) store: &'a dyn Store,
}

impl Naming<'_> {
    /// Gives a record the names that a body wants, and answers which it then has, sorted.
    ///
    /// # Errors
    /// [`ApiError::Violations`] where a name stands twice in the list, or is another record's.
    pub(crate) async fn apply(
        &self,
        tx: &mut dyn Transaction,
        record: Uuid,
        wanted: Wanted,
    ) -> Result<Vec<String>, ApiError> {
        let present = self.names.present(self.store, record).await?;
        let Wanted::These(mut wanted) = wanted else { return Ok(present.into_keys().collect()) };
        wanted.sort_unstable();
        self.check(tx, record, &wanted).await?;
        for (_, id) in present.iter().filter(|(name, _)| !wanted.contains(name)) {
            tx.delete(self.names.child, *id).await?;
        }
        for name in wanted.iter().filter(|name| !present.contains_key(*name)) {
            self.add(tx, record, name).await?;
        }
        Ok(wanted)
    }

    async fn check(&self, tx: &mut dyn Transaction, record: Uuid, sorted: &[String]) -> Result<(), ApiError> {
        let refuse = |text| Err(Violations::of_field(self.names.field, text).into());
        let neighbours = sorted.iter().zip(sorted.iter().skip(1));
        if let Some((name, _)) = neighbours.into_iter().find(|(one, next)| one == next) {
            return refuse(format!("{name} is duplicated"));
        }
        for name in sorted {
            let owner = self.names.owner(&mut Reader::Transaction(&mut *tx), name).await?;
            if let Some(owner) = owner.filter(|owner| *owner != record) {
                let singular = self.names.reference;
                return refuse(format!("{name} already associated with existing {singular} '{owner}'"));
            }
        }
        Ok(())
    }

    async fn add(&self, tx: &mut dyn Transaction, record: Uuid, name: &str) -> Result<(), ApiError> {
        let Names { child, reference, name: field, .. } = self.names;
        let def = definition(self.definitions, child)?;
        let body = [(*field, json!(name)), (*reference, json!({ "id": record }))];
        let body = body.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
        let body = def.prepare_insert(body, self.definitions)?;
        tx.insert(def, &body).await.map_err(|error| ApiError::of_write(error, &body))
    }
}
