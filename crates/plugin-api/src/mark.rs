//! Records of which a request asks nothing but whether they are there: there may be a million of them, so nothing else of
//! them is kept in memory.

use gibbon_entities::BodyError;
use gibbon_schema::{EntityDef, Object};

/// An entity of such records. What a request looks for has to follow from the id of the record alone.
pub struct MarkDef {
    /// The name of the entity.
    pub kind: &'static str,
    /// Its declaration.
    pub entity: fn() -> EntityDef,
    /// Makes the mark of a stored body.
    pub load: fn(&Object) -> Result<Mark, BodyError>,
}

/// What is kept of such a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When it ends, in seconds since 1970; `u32::MAX` where it does not.
    pub until: u32,
    /// A number of its plugin's.
    pub value: u32,
}
