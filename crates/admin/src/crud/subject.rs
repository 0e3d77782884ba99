use gibbon_runtime::Definitions;
use gibbon_schema::{EntityDef, Environment, Object};
use uuid::Uuid;

use super::key::Key;
use super::place::Place;
use super::reader::Reader;
use crate::error::ApiError;
use crate::references::id_of;

/// The one record that a path means, found or not.
pub(super) struct Subject<'d> {
    /// What it is.
    pub(super) def: &'d EntityDef,
    /// What names it.
    pub(super) key: Key,
    /// The record that has that name, wherever it belongs.
    pub(super) record: Option<Object>,
    /// How the path comes to it.
    pub(super) way: Way<'d>,
}

/// How a path comes to a record.
pub(super) enum Way<'d> {
    /// Directly.
    Direct,
    /// As one of those that refer to a parent.
    ChildOf {
        /// The field by which they refer.
        field: &'static str,
        /// The id of the parent.
        parent: Uuid,
    },
    /// As what a record refers to.
    TargetOf {
        /// What that record is.
        def: &'d EntityDef,
        /// That record.
        record: Object,
        /// The field by which it refers.
        field: &'static str,
    },
}

impl<'d> Subject<'d> {
    /// Looks up what a place with its parameters means.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where the record on the way to it is not there.
    pub(super) async fn find(
        reader: &mut Reader<'_>,
        definitions: &'d Definitions,
        place: Place,
        parameters: &[String],
    ) -> Result<Self, ApiError> {
        match (place, parameters) {
            (Place::Record { kind }, [name]) => Self::named(reader, definitions, kind, name, Way::Direct).await,
            (Place::Child { parent, field, kind }, [parent_name, name]) => {
                let parent = require(reader, definitions, parent, parent_name).await?.1;
                Self::named(reader, definitions, kind, name, Way::ChildOf { field, parent }).await
            }
            (Place::Target { kind, field, target }, [name]) => {
                let (def, _, record) = require(reader, definitions, kind, name).await?;
                // One that refers to nothing yet gets a new record to refer to.
                let id = referred(&record, field).unwrap_or_else(|| definitions.new_id());
                let key = Key::Id(id);
                let target = definition(definitions, target)?;
                let found = key.find(reader, target).await?;
                Ok(Self { def: target, key, record: found, way: Way::TargetOf { def, record, field } })
            }
            _ => Err(ApiError::NotFound),
        }
    }

    async fn named(
        reader: &mut Reader<'_>,
        definitions: &'d Definitions,
        kind: &str,
        name: &str,
        way: Way<'d>,
    ) -> Result<Self, ApiError> {
        let def = definition(definitions, kind)?;
        let key = match &way {
            Way::ChildOf { .. } => Key::parse_below(def, name, definitions)?,
            Way::Direct | Way::TargetOf { .. } => Key::parse(def, name, definitions)?,
        };
        let record = match &way {
            Way::ChildOf { parent, .. } => key.find_below(reader, def, *parent).await?,
            Way::Direct | Way::TargetOf { .. } => key.find(reader, def).await?,
        };
        Ok(Self { def, key, record, way })
    }

    /// The record, if it is there and belongs where the path looks for it.
    pub(super) fn present(&self) -> Option<&Object> {
        self.record.as_ref().filter(|record| match &self.way {
            Way::ChildOf { field, parent } => referred(record, field) == Some(*parent),
            Way::Direct | Way::TargetOf { .. } => true,
        })
    }

    /// [`Subject::present`] for a change to it.
    ///
    /// # Errors
    /// A record that is named directly is missed by its key, others as any path is.
    pub(super) fn required(&self) -> Result<&Object, ApiError> {
        self.present().ok_or_else(|| match self.way {
            Way::Direct => self.key.not_found(),
            Way::ChildOf { .. } | Way::TargetOf { .. } => ApiError::NotFound,
        })
    }

    /// [`Subject::present`] for a look at it.
    ///
    /// # Errors
    /// That it is not there.
    pub(super) fn shown(&self) -> Result<&Object, ApiError> {
        self.present().ok_or_else(|| self.key.not_there())
    }
}

/// The definition of a kind. The paths are made of the definitions, so it is there.
pub(super) fn definition<'d>(definitions: &'d Definitions, kind: &str) -> Result<&'d EntityDef, ApiError> {
    definitions.get(kind).ok_or_else(|| ApiError::Internal(format!("a path leads to the unknown kind `{kind}`")))
}

/// The record that a path goes through.
pub(crate) async fn require<'d>(
    reader: &mut Reader<'_>,
    definitions: &'d Definitions,
    kind: &str,
    name: &str,
) -> Result<(&'d EntityDef, Uuid, Object), ApiError> {
    let def = definition(definitions, kind)?;
    let key = Key::parse(def, name, definitions)?;
    let record = key.find(reader, def).await?.ok_or_else(|| key.not_there())?;
    let id = id_of(&record).ok_or(ApiError::NotFound)?;
    Ok((def, id, record))
}

/// The record that a path below another one means.
pub(crate) async fn require_below(
    reader: &mut Reader<'_>,
    definitions: &Definitions,
    place: Place,
    parameters: &[String],
) -> Result<Object, ApiError> {
    let subject = Subject::find(reader, definitions, place, parameters).await?;
    subject.shown().cloned()
}

/// What a record refers to by a field.
pub(super) fn referred(record: &Object, field: &str) -> Option<Uuid> {
    id_of(record.get(field)?.as_object()?)
}
