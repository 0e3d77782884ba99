//! A consumer: somebody who uses the APIs, known by credentials.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Object, Schema, at_least_one_of, field};
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// The declaration of `consumers`.
pub fn definition() -> EntityDef {
    let fields = [
        field("id").of(uuid()).len_min(1),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("username").string().unique().len_min(1).describe("A unique name of the consumer."),
        field("custom_id").string().unique().describe("What the consumer is called in a system of yours."),
        field("tags").of(tags()),
    ];
    EntityDef {
        name: "consumers",
        collection: "consumers",
        nested: "consumers",
        endpoint_key: Some("username"),
        version: 1,
        schema: Schema::new(fields).entity_checks([at_least_one_of(["custom_id", "username"])]),
    }
}

/// A consumer as the data plane keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Its id.
    pub id: Uuid,
    /// Its unique name.
    pub username: Option<Box<str>>,
    /// What it is called elsewhere.
    pub custom_id: Option<Box<str>>,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Consumer {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            username: body.boxed("username")?,
            custom_id: body.boxed("custom_id")?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{inserted, object, updated, violations};

    #[test]
    fn the_definition_and_the_struct_agree() {
        let body = inserted(&definition(), json!({"username": "ann", "custom_id": "c-1", "tags": ["gold"]}));
        let consumer = Consumer::from_body(&body).unwrap();
        assert_eq!(consumer.id.to_string(), body["id"].as_str().unwrap());
        assert_eq!((consumer.username.as_deref(), consumer.custom_id.as_deref()), (Some("ann"), Some("c-1")));
        assert_eq!(consumer.tags, [Box::from("gold")]);
        assert!(body.keys().eq(["id", "created_at", "updated_at", "username", "custom_id", "tags"]));
    }

    #[test]
    fn a_consumer_needs_a_name_of_one_sort_or_the_other() {
        let found = violations(&definition(), json!({}));
        let text = "at least one of these fields must be non-empty: 'custom_id', 'username'";
        assert_eq!(found.fields(), &object(json!({"@entity": [text]})));
        assert_eq!(found.message(), format!("schema violation ({text})"));
    }

    #[test]
    fn an_empty_username_is_too_short_and_no_name() {
        let found = violations(&definition(), json!({"username": ""}));
        assert_eq!(
            found.message(),
            "2 schema violations (at least one of these fields must be non-empty: 'custom_id', 'username'; username: \
             length must be at least 1)"
        );
    }

    #[test]
    fn a_change_that_takes_the_last_name_away_is_refused_as_a_change() {
        let body = inserted(&definition(), json!({"username": "ann"}));
        let found = updated(&definition(), &body, json!({"username": null})).unwrap_err();
        assert_eq!(
            found.message(),
            "schema violation (when updating, at least one of these fields must be non-empty: 'custom_id', 'username')"
        );
    }
}
