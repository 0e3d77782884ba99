//! Changing records: everything that a request changes, in one transaction that is live before the answer is given.

use std::sync::Arc;

use gibbon_runtime::{Configuration, Definitions};
use gibbon_schema::{EntityDef, Object};
use gibbon_store::{Filter, PageRequest, Store, StoreError, Transaction};
use serde_json::json;
use uuid::Uuid;

use super::key::Key;
use super::names::{Names, Naming, Wanted};
use super::place::Place;
use super::reader::Reader;
use super::subject::{Subject, Way, definition, referred, require};
use crate::answer::Answer;
use crate::body::{Payload, PayloadKind};
use crate::error::ApiError;
use crate::history::{self, Author};
use crate::precondition::{Precondition, entity_tag};
use crate::references::{self, id_of};
use crate::warnings;

/// What a request changes.
pub(super) struct Change {
    /// The records that its path means.
    pub(super) place: Place,
    /// The segments of the path that name records.
    pub(super) parameters: Vec<String>,
    /// What it does to them.
    pub(super) action: Action,
    /// What must be true of the record.
    pub(super) precondition: Precondition,
    /// Who asks for it.
    pub(super) author: Author,
    /// Where they are.
    pub(super) storage: Storage,
}

/// Where records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// In a database, in which each can be changed.
    Database,
    /// In what is declared as a whole. A change is checked as any other, and then refused.
    Declared,
}

/// What is done to records.
pub(super) enum Action {
    /// POST to a collection.
    Create(Payload),
    /// PUT.
    Replace(Payload),
    /// PATCH.
    Update(Payload),
    /// DELETE.
    Delete,
}

/// Makes a change, all of it or nothing.
pub(super) async fn perform(configuration: Arc<Configuration>, change: Change) -> Result<Answer, ApiError> {
    let mut write = configuration.write().await?;
    let Change { place, parameters, action, precondition, author, storage } = change;
    let (definitions, store) = (configuration.definitions(), &**configuration.store());
    let mut writer = Writer { definitions, store, tx: write.tx(), precondition, storage };
    match writer.apply(place, &parameters, action).await {
        Ok(Done::Changed(answer, record)) => {
            let entry = history::capture(&configuration, write.tx().changes(), author, Some(record)).await?;
            write.tx().remember(&entry.stored()).await?;
            write.commit().await?;
            Ok(warnings::told(answer, &configuration.snapshot(), place.kind()).of(entry))
        }
        // A commit that changes nothing would take a revision all the same.
        Ok(Done::Unchanged(answer)) => {
            write.rollback().await?;
            Ok(answer)
        }
        Err(error) => {
            if let Err(error) = write.rollback().await {
                tracing::warn!("a refused change was not rolled back: {error}");
            }
            Err(error)
        }
    }
}

/// What became of a change.
enum Done {
    /// The record that the request is about has changed, and perhaps others with it.
    Changed(Answer, history::Subject),
    Unchanged(Answer),
}

struct Writer<'a> {
    definitions: &'a Definitions,
    /// What was committed before.
    store: &'a dyn Store,
    tx: &'a mut dyn Transaction,
    precondition: Precondition,
    storage: Storage,
}

impl<'a> Writer<'a> {
    async fn apply(&mut self, place: Place, parameters: &[String], action: Action) -> Result<Done, ApiError> {
        if let Action::Create(payload) = action {
            return self.create(place, parameters, payload).await;
        }
        let definitions = self.definitions;
        let subject = Subject::find(&mut self.reader(), definitions, place, parameters).await?;
        match action {
            Action::Replace(payload) => self.replace(&subject, payload).await,
            Action::Update(payload) => self.update(&subject, payload).await,
            Action::Create(_) | Action::Delete => self.delete(&subject).await,
        }
    }

    async fn create(&mut self, place: Place, parameters: &[String], payload: Payload) -> Result<Done, ApiError> {
        let (def, parent) = match (place, parameters) {
            (Place::Collection { kind }, _) => (definition(self.definitions, kind)?, None),
            (Place::Children { parent, field, kind }, [name]) => {
                let definitions = self.definitions;
                let parent = require(&mut self.reader(), definitions, parent, name).await?.1;
                (definition(definitions, kind)?, Some((field, parent)))
            }
            _ => return Err(ApiError::NotFound),
        };
        let mut values = self.values(def, payload, None);
        if let Some((field, parent)) = parent {
            values.insert(field.to_owned(), json!({ "id": parent }));
        }
        self.resolve(def, &mut values).await?;
        let wanted = wanted(def, &values);
        let record = def.prepare_insert(values, self.definitions)?;
        self.permit("create", def, None)?;
        self.insert(def, &record).await?;
        self.changed(def, &record, wanted, Answer::created).await
    }

    /// PUT: what is there is replaced as a whole, what is not is created under the name that the path gives it. Under
    /// a parent it becomes that parent's, even if it was another's.
    async fn replace(&mut self, subject: &Subject<'_>, payload: Payload) -> Result<Done, ApiError> {
        let def = subject.def;
        self.check_state(def, subject.record.as_ref()).await?;
        let mut values = self.values(def, payload, None);
        if let Way::ChildOf { field, parent } = &subject.way {
            values.insert((*field).to_owned(), json!({ "id": parent }));
        }
        if let Key::Value { field, value } = &subject.key {
            values.insert((*field).to_owned(), json!(value));
        }
        self.resolve(def, &mut values).await?;
        let wanted = all_wanted(def, &values, &subject.key);
        let existing = subject.record.as_ref();
        let id = existing.and_then(id_of).or(match subject.key {
            Key::Id(id) => Some(id),
            Key::Value { .. } | Key::Name { .. } => None,
        });
        let record = match id {
            Some(id) => def.prepare_replace(id, existing, values, self.definitions)?,
            None => def.prepare_insert(values, self.definitions)?,
        };
        self.permit("create or update", def, Some(&subject.key))?;
        match existing {
            Some(_) => self.overwrite(def, &record).await?,
            None => self.insert(def, &record).await?,
        }
        self.link(subject, &record).await?;
        self.changed(def, &record, wanted, Answer::ok).await
    }

    /// A record that was made as the target of another which referred to nothing becomes its target.
    async fn link(&mut self, subject: &Subject<'_>, target: &Object) -> Result<(), ApiError> {
        let Way::TargetOf { def, record, field } = &subject.way else { return Ok(()) };
        if referred(record, field).is_some() {
            return Ok(());
        }
        let patch = Object::from_iter([((*field).to_owned(), json!({ "id": target.get("id") }))]);
        let linked = def.prepare_update(record, patch, self.definitions)?;
        self.overwrite(def, &linked).await
    }

    /// PATCH. A record below a parent stays there unless the body names another.
    async fn update(&mut self, subject: &Subject<'_>, payload: Payload) -> Result<Done, ApiError> {
        let (def, existing) = (subject.def, subject.required()?);
        self.check_state(def, Some(existing)).await?;
        let mut patch = self.values(def, payload, Some(existing));
        self.resolve(def, &mut patch).await?;
        let wanted = wanted(def, &patch);
        let record = def.prepare_update(existing, patch, self.definitions)?;
        self.permit("update", def, Some(&subject.key))?;
        self.overwrite(def, &record).await?;
        self.changed(def, &record, wanted, Answer::ok).await
    }

    /// DELETE. Of a record that is named directly, only that it is gone matters; one that is looked for below a parent
    /// must be there; what others refer to is not deleted through them.
    async fn delete(&mut self, subject: &Subject<'_>) -> Result<Done, ApiError> {
        let record = match (&subject.way, subject.present()) {
            (Way::Direct, None) if matches!(subject.key, Key::Name { .. }) => return Err(subject.key.not_there()),
            (Way::Direct, None) => {
                self.check_state(subject.def, None).await?;
                return Ok(Done::Unchanged(Answer::no_content()));
            }
            (Way::TargetOf { .. }, Some(_)) => return Err(ApiError::MethodNotAllowed),
            (_, record) => record.ok_or(ApiError::NotFound)?,
        };
        self.check_state(subject.def, Some(record)).await?;
        let id = id_of(record).ok_or_else(|| ApiError::Internal("a stored record has no id".to_owned()))?;
        self.permit("remove", subject.def, Some(&subject.key))?;
        match self.tx.delete(subject.def.name, id).await {
            Ok(_) => Ok(Done::Changed(Answer::no_content(), history::Subject::new(subject.def, record))),
            Err(StoreError::Referenced { kind, by }) => Err(self.still_referenced(kind, id, by).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// Why a record cannot be deleted: one of the kind `by` refers to it, by a field of its own or in a list.
    async fn still_referenced(&mut self, kind: String, id: Uuid, by: String) -> Result<ApiError, ApiError> {
        let lists = definition(self.definitions, &by)?.fields_of_ids();
        for (field, _) in lists.filter(|(_, listed)| *listed == kind) {
            let filter = Filter { relation: Some((field.to_owned(), id)), tags: None };
            let page = self.store.page(&by, &filter, PageRequest { size: 1, after: None }).await?;
            if let Some(by_id) = page.records.first().and_then(id_of) {
                return Ok(ApiError::Listed { kind, id, by, by_id });
            }
        }
        Ok(ApiError::Referenced { kind, by })
    }

    /// Whether the record is in the state that the request wants it to be in.
    async fn check_state(&mut self, def: &EntityDef, record: Option<&Object>) -> Result<(), ApiError> {
        let tag = match record {
            Some(record) => {
                let mut view = def.view(record, self.definitions);
                if let Some(names) = Names::of(def.name) {
                    names.show(self.store, &mut view).await?;
                }
                Some(entity_tag(&view))
            }
            None => None,
        };
        self.precondition.check(tag.as_deref())
    }

    /// What became of a record that was written, with the names that its body wants.
    async fn changed(
        &mut self,
        def: &EntityDef,
        record: &Object,
        wanted: Wanted,
        answer: fn(Object) -> Answer,
    ) -> Result<Done, ApiError> {
        let mut view = def.view(record, self.definitions);
        if let Some((names, id)) = Names::of(def.name).zip(id_of(record)) {
            let naming = Naming { names, definitions: self.definitions, store: self.store };
            let list = naming.apply(&mut *self.tx, id, wanted).await?;
            view.insert(names.field.to_owned(), list.into());
        }
        let tag = entity_tag(&view);
        Ok(Done::Changed(answer(view).tagged(&tag), history::Subject::new(def, record)))
    }

    /// What is declared as a whole is not changed one by one.
    fn permit(&self, verb: &'static str, def: &EntityDef, key: Option<&Key>) -> Result<(), ApiError> {
        let by = match key {
            Some(Key::Value { field, .. }) => Some(*field),
            _ => None,
        };
        match self.storage {
            Storage::Database => Ok(()),
            Storage::Declared => Err(ApiError::Unsupported { verb, kind: def.name, by }),
        }
    }

    /// The members of a body, those of a form with the types of their fields.
    fn values(&self, def: &EntityDef, payload: Payload, existing: Option<&Object>) -> Object {
        match payload.kind {
            PayloadKind::Json => payload.values,
            PayloadKind::Form => coerced(def, payload.values, existing, self.definitions),
        }
    }

    async fn resolve(&mut self, def: &EntityDef, values: &mut Object) -> Result<(), ApiError> {
        let definitions = self.definitions;
        references::resolve(&mut self.reader(), definitions, def, values).await
    }

    async fn insert(&mut self, def: &EntityDef, record: &Object) -> Result<(), ApiError> {
        self.tx.insert(def, record).await.map_err(|error| ApiError::of_write(error, record))
    }

    async fn overwrite(&mut self, def: &EntityDef, record: &Object) -> Result<(), ApiError> {
        self.tx.replace(def, record).await.map_err(|error| ApiError::of_write(error, record))
    }

    fn reader(&mut self) -> Reader<'_> {
        Reader::Transaction(&mut *self.tx)
    }
}

/// The names that a body wants for the record.
fn wanted(def: &EntityDef, body: &Object) -> Wanted {
    Names::of(def.name).map_or(Wanted::AsTheyAre, |names| names.wanted(body))
}

/// As [`wanted`], for a body that is the whole record: names that it does not have go. The one in the path stays.
fn all_wanted(def: &EntityDef, body: &Object, key: &Key) -> Wanted {
    let mut names = match wanted(def, body) {
        Wanted::AsTheyAre => Vec::new(),
        Wanted::These(names) => names,
    };
    if let Key::Name { name, .. } = key
        && !names.contains(name)
    {
        names.push(name.clone());
    }
    Wanted::These(names)
}

/// A form with the types of its fields. Which fields there are can depend on the record that it changes (those of a
/// plugin's configuration on the plugin's name), so it is read together with that record.
fn coerced(def: &EntityDef, form: Object, existing: Option<&Object>, definitions: &Definitions) -> Object {
    let Some(existing) = existing else { return def.coerce_form(form, definitions) };
    let given: Vec<String> = form.keys().cloned().collect();
    let mut whole = existing.clone();
    whole.extend(form);
    let mut whole = def.coerce_form(whole, definitions);
    whole.retain(|name, _| given.contains(name));
    whole
}
