//! The credentials of the plugin: `basicauth_credentials`.

use std::sync::Arc;

use gibbon_entities::{Body, BodyError};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, Schema, Transformation, field};
use serde_json::Value;
use uuid::Uuid;

use super::stored::StoredPassword;
use crate::{owner, password};

/// The name of the entity.
pub(super) const KIND: &str = "basicauth_credentials";

/// The declaration of `basicauth_credentials`.
pub(super) fn definition() -> EntityDef {
    let hash = Transformation::new(["password"], ["consumer.id"], hash_password);
    EntityDef {
        name: KIND,
        collection: "basic-auths",
        nested: "basic-auth",
        endpoint_key: Some("username"),
        version: 1,
        schema: Schema::new(fields()).transformations([hash]),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer(),
        field("username").string().required().unique().describe("The name that requests carry."),
        field("password")
            .string()
            .required()
            .encrypted()
            .describe("The password that requests carry. Only a hash of it is kept, which answers show."),
        field("tags").of(tags()),
    ]
}

/// A hash that was sent back, from this gateway or another, stays what it is.
fn hash_password(body: &mut Object) -> Result<(), String> {
    if let Some(Value::String(password)) = body.get_mut("password")
        && !password::is_hash(password)
    {
        *password = password::hash(password)?;
    }
    Ok(())
}

/// A credential as requests are checked against it.
#[derive(Debug)]
pub(super) struct PasswordCredential {
    pub(super) id: Uuid,
    pub(super) consumer: Uuid,
    pub(super) password: StoredPassword,
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, username) = (body.id()?, body.text("username")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    let password = StoredPassword::read(body.text("password")?, consumer);
    let value = Arc::new(PasswordCredential { id, consumer, password });
    Ok(LoadedCredential { id, consumer, key: username.into(), value })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::BARE;

    const CONSUMER: &str = "11111111-1111-4111-8111-111111111111";

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    fn ada(password: &str) -> Object {
        object(json!({"consumer": {"id": CONSUMER}, "username": "ada", "password": password}))
    }

    fn stored(body: &Object) -> StoredPassword {
        StoredPassword::read(body["password"].as_str().unwrap(), CONSUMER.parse().unwrap())
    }

    #[test]
    fn a_password_is_never_kept_as_it_was() {
        let body = definition().prepare_insert(ada("secret"), &BARE).unwrap();
        assert!(stored(&body).matches("secret") && !stored(&body).matches("other"));
        assert!(!body["password"].as_str().unwrap().contains("secret"));
    }

    #[test]
    fn a_hash_that_is_sent_back_is_not_hashed_again() {
        let def = definition();
        let body = def.prepare_insert(ada("secret"), &BARE).unwrap();
        let hash = body["password"].as_str().unwrap();
        let id = body["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(def.prepare_replace(id, Some(&body), ada(hash), &BARE).unwrap()["password"], hash);
        assert_eq!(def.prepare_update(&body, ada(hash), &BARE).unwrap()["password"], hash);
        assert_eq!(def.prepare_insert(ada(hash), &BARE).unwrap()["password"], hash);
    }

    #[test]
    fn a_hash_of_kong_that_is_already_stored_is_not_hashed_again() {
        let def = definition();
        let mut body = def.prepare_insert(ada("secret"), &BARE).unwrap();
        let kongs = "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8";
        body.insert("password".to_owned(), kongs.into());
        assert_eq!(def.prepare_update(&body, ada(kongs), &BARE).unwrap()["password"], kongs);
        let renamed = def.prepare_update(&body, object(json!({"username": "grace"})), &BARE).unwrap();
        assert_eq!(renamed["password"], kongs);
        // A password of that form that is new is a password.
        assert!(stored(&def.prepare_insert(ada(kongs), &BARE).unwrap()).matches(kongs));
    }

    #[test]
    fn a_change_of_the_password_is_hashed() {
        let def = definition();
        let body = def.prepare_insert(ada("secret"), &BARE).unwrap();
        let changed = def.prepare_update(&body, object(json!({"password": "new"})), &BARE).unwrap();
        assert!(stored(&changed).matches("new"));
    }

    #[test]
    fn a_password_needs_a_consumer() {
        let body = object(json!({"username": "ada", "password": "secret", "consumer": null}));
        let violations = definition().prepare_insert(body, &BARE).unwrap_err();
        let expected = "2 schema violations (all or none of these fields must be set: 'password', 'consumer.id'; \
                        consumer: required field missing)";
        assert_eq!(violations.message(), expected);
    }
}
