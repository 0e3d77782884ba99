//! A vault: where secrets come from that fields refer to as `{vault://<prefix>/<name>}`.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, Schema, Subschema, field};
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// The kinds of vault that there are. Each can be referred to by its own name without any record.
const KINDS: [&str; 1] = ["env"];

/// The declaration of `vaults`. What `config` holds depends on the kind of vault, which `name` says.
pub fn definition() -> EntityDef {
    let schema = Schema::new(fields())
        .subschemas("name", [(&KINDS[..], environment())])
        .unknown_subschema(|name| format!("vault '{name}' is not installed"));
    EntityDef {
        name: "vaults",
        collection: "vaults",
        nested: "vaults",
        endpoint_key: Some("prefix"),
        version: 1,
        schema,
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("prefix")
            .string()
            .required()
            .unique_across_workspaces()
            .match_pattern("^[a-z][a-z%d-]-[a-z%d]+$")
            .not_one_of(KINDS)
            .describe("What references name the vault by; none of the names of the kinds."),
        field("name").string().required().describe("The kind of vault."),
        field("description").string().describe("What the vault is for."),
        field("config").abstract_record().describe("What the vault is told, in fields of its own."),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("tags").of(tags()),
    ]
}

/// The environment of the gateway's process.
fn environment() -> Subschema {
    let prefix = field("prefix")
        .string()
        .match_pattern("^[%a_-][%a%d_-]*$")
        .describe("What stands before the name of the secret in the name of the variable.");
    let config = field("config").record([prefix]).required().describe("Which variables are meant.");
    Subschema::new("env", [config])
}

/// A vault as those see it who look secrets up.
#[derive(Debug, Clone, PartialEq)]
pub struct Vault {
    /// Its id.
    pub id: Uuid,
    /// What references name it by.
    pub prefix: Box<str>,
    /// The kind of vault.
    pub kind: Box<str>,
    /// What it is told.
    pub config: Value,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Vault {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            prefix: body.text("prefix")?.into(),
            kind: body.text("name")?.into(),
            config: body.get("config").cloned().ok_or(BodyError::Missing { field: "config" })?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{inserted, object, violations};

    #[test]
    fn the_definition_and_the_struct_agree() {
        let given = json!({"name": "env", "prefix": "my-env", "config": {"prefix": "APP_"}, "tags": ["t"]});
        let body = inserted(&definition(), given);
        let expected = Vault {
            id: body["id"].as_str().unwrap().parse().unwrap(),
            prefix: "my-env".into(),
            kind: "env".into(),
            config: json!({"prefix": "APP_"}),
            tags: vec!["t".into()],
        };
        assert_eq!(Vault::from_body(&body), Ok(expected));
        assert_eq!(inserted(&definition(), json!({"name": "env", "prefix": "p1"}))["config"], json!({"prefix": null}));
    }

    #[test]
    fn a_prefix_is_a_name_that_no_kind_has() {
        let cases = [
            ("env", "must not be one of: env"),
            ("1a", "invalid value: 1a"),
            ("a", "invalid value: a"),
            ("A1", "invalid value: A1"),
            ("a-", "invalid value: a-"),
        ];
        for (prefix, violation) in cases {
            let found = violations(&definition(), json!({"name": "env", "prefix": prefix}));
            assert_eq!(found.fields(), &object(json!({"prefix": violation})), "{prefix}");
        }
    }

    #[test]
    fn a_kind_that_is_not_there_is_named() {
        let found = violations(&definition(), json!({"name": "attic", "prefix": "p1"}));
        assert_eq!(found.fields(), &object(json!({"name": "vault 'attic' is not installed"})));
        let found = violations(&definition(), json!({"name": "env", "prefix": "p1", "config": {"prefix": "1"}}));
        assert_eq!(found.fields(), &object(json!({"config": {"prefix": "invalid value: 1"}})));
    }
}
