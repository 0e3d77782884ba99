//! A host name for which clients are shown a certificate.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid, wildcard_host};
use gibbon_schema::{EntityDef, Field, Object, Schema, field};
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// The declaration of `snis`.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "snis",
        collection: "snis",
        nested: "snis",
        endpoint_key: Some("name"),
        version: 1,
        schema: Schema::new(fields()),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("name")
            .of(wildcard_host())
            .required()
            .unique_across_workspaces()
            .describe("The host name; a `*` at its beginning or end stands for any text."),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("tags").of(tags()),
        field("certificate")
            .foreign("certificates")
            .required()
            .owned_by_target()
            .describe("The certificate that clients are shown."),
    ]
}

/// An SNI as the data plane keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sni {
    /// Its id.
    pub id: Uuid,
    /// The host name.
    pub name: Box<str>,
    /// The certificate that clients are shown.
    pub certificate: Uuid,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Sni {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            name: body.text("name")?.into(),
            certificate: body.reference("certificate")?.ok_or(BodyError::Missing { field: "certificate" })?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{inserted, object, violations};

    const CERTIFICATE: &str = "11111111-1111-4111-8111-111111111111";

    #[test]
    fn the_definition_and_the_struct_agree() {
        let given = json!({"name": "*.example.com", "certificate": {"id": CERTIFICATE}, "tags": ["t"]});
        let body = inserted(&definition(), given);
        let expected = Sni {
            id: body["id"].as_str().unwrap().parse().unwrap(),
            name: "*.example.com".into(),
            certificate: CERTIFICATE.parse().unwrap(),
            tags: vec!["t".into()],
        };
        assert_eq!(Sni::from_body(&body), Ok(expected));
    }

    #[test]
    fn a_name_is_a_host_name_with_at_most_one_star() {
        let cases = [
            ("1.2.3.4", "must not be an IP"),
            ("example.com:443", "must not have a port"),
            ("a.*.com", "wildcard must be leftmost or rightmost character"),
        ];
        for (name, violation) in cases {
            let found = violations(&definition(), json!({"name": name, "certificate": {"id": CERTIFICATE}}));
            assert_eq!(found.fields(), &object(json!({"name": violation})));
        }
    }
}
