//! A tag on a record: one row of what `/tags` lists. It is a view; tags are written in the records themselves.

use gibbon_schema::typedefs::uuid;
use gibbon_schema::{EntityDef, Object, Schema, field};
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// The declaration of `tags`.
pub fn definition() -> EntityDef {
    let fields = [
        field("tag").string().required().describe("The tag."),
        field("entity_name").string().required().describe("The kind of the record that has it."),
        field("entity_id").of(uuid()).required().describe("The id of the record that has it."),
    ];
    EntityDef {
        name: "tags",
        collection: "tags",
        nested: "tags",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields),
    }
}

/// A tag on a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The tag.
    pub tag: Box<str>,
    /// The kind of the record.
    pub entity_name: Box<str>,
    /// The id of the record.
    pub entity_id: Uuid,
}

impl Tag {
    /// Reads a row.
    ///
    /// # Errors
    /// If the row lacks something.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            tag: body.text("tag")?.into(),
            entity_name: body.text("entity_name")?.into(),
            entity_id: body.parsed("entity_id")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{inserted, violations};

    #[test]
    fn the_definition_and_the_struct_agree() {
        let id = "6f2f1a7e-9a0d-4f5c-8f51-1d5d3f1f9a10";
        let body = inserted(&definition(), json!({"tag": "gold", "entity_name": "services", "entity_id": id}));
        let expected = Tag { tag: "gold".into(), entity_name: "services".into(), entity_id: id.parse().unwrap() };
        assert_eq!(Tag::from_body(&body), Ok(expected));
    }

    #[test]
    fn a_row_without_its_record_is_no_tag() {
        assert_eq!(
            violations(&definition(), json!({"tag": "gold"})).message(),
            "schema violation (entity_name: required field missing)"
        );
        assert_eq!(Tag::from_body(&Object::new()), Err(BodyError::Missing { field: "tag" }));
    }
}
