//! A key, as a JWK or as PEM, that others can refer to.

use gibbon_jose::{PublicKey, PublishedKey};
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{
    EntityDef, Field, Object, OnDelete, Schema, at_least_one_of, custom_check, field, mutually_exclusive,
};
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// A key as the data plane keeps it: what of it verifies signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: Uuid,
    /// The set that it belongs to.
    pub set: Option<Uuid>,
    /// What names it within its set.
    pub kid: Box<str>,
    /// Its public half, under that name; none where it is not meant for signatures.
    pub public: Option<PublishedKey>,
}

/// The members of a JWK that only its owner may know (RFC 7518 sections 6.2.2 and 6.3.2).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

impl Key {
    /// Reads a stored body.
    ///
    /// # Errors
    /// If a field that it cannot do without is not there.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        let kid = body.text("kid")?;
        let public = match body.optional_text("jwk")? {
            Some(text) => of_jwk(text),
            None => body.get("pem").and_then(|pem| of_pem(kid, pem)),
        };
        Ok(Self { id: body.id()?, set: body.reference("set")?, kid: kid.into(), public })
    }
}

fn of_jwk(text: &str) -> Option<PublishedKey> {
    let mut jwk: Value = serde_json::from_str(text).ok()?;
    jwk.as_object_mut()?.retain(|name, _| !PRIVATE.contains(&name.as_str()));
    PublishedKey::from_jwk(&jwk).ok()
}

fn of_pem(kid: &str, pem: &Value) -> Option<PublishedKey> {
    let half = |name: &str| pem.get(name).and_then(Value::as_str);
    let public = match half("public_key") {
        Some(text) => PublicKey::from_pem(text),
        None => PublicKey::of_private_pem(half("private_key")?),
    };
    Some(PublishedKey::public(Some(kid), public.ok()?))
}

/// The declaration of `keys`.
pub fn definition() -> EntityDef {
    let checks = [
        mutually_exclusive(["pem", "jwk"]),
        at_least_one_of(["pem", "jwk"]),
        custom_check(["jwk", "pem", "kid"], check_jwk),
    ];
    EntityDef {
        name: "keys",
        collection: "keys",
        nested: "keys",
        endpoint_key: Some("name"),
        version: 1,
        schema: Schema::new(fields()).entity_checks(checks).unique_together("kid,set"),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("set")
            .foreign("key_sets")
            .optional()
            .on_delete(OnDelete::Cascade)
            .describe("The set that the key belongs to, if any."),
        field("name").string().optional().unique().describe("A unique name."),
        field("kid").string().required().not_unique().describe("What names the key within its set."),
        field("jwk").string().encrypted().referenceable().describe("The key as the JSON of a JWK, in a string."),
        field("pem").of(pem()),
        field("tags").of(tags()),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
    ]
}

fn pem() -> Field {
    let halves = [
        field("private_key").string().optional().encrypted().referenceable().describe("The private key."),
        field("public_key").string().optional().referenceable().describe("The public key."),
    ];
    gibbon_schema::record(halves)
        .entity_checks([at_least_one_of(["private_key", "public_key"])])
        .optional()
        .check(check_pem)
        .describe("The key as PEM, one half or both.")
}

/// Whether halves that are given are such, and of one key. What stands for a secret of a vault is not looked at.
fn check_pem(pem: &Value) -> Result<(), String> {
    let half = |name: &str| pem.get(name).and_then(Value::as_str);
    let (public, private) = (half("public_key"), half("private_key"));
    if [public, private].into_iter().flatten().any(is_reference) {
        return Ok(());
    }
    let public = public.map(PublicKey::from_pem).transpose().map_err(|_| "could not load public key")?;
    let private = private.map(PublicKey::of_private_pem).transpose();
    let private = private.map_err(|error| format!("could not load private key: {error}"))?;
    match (public, private) {
        (Some(public), Some(private)) if public != private => Err("public key does not match private key".to_owned()),
        _ => Ok(()),
    }
}

/// The engine leaves fields alone that are such a reference; this is a part of one.
fn is_reference(text: &str) -> bool {
    text.starts_with("{vault://") && text.ends_with('}')
}

fn check_jwk(body: &Object) -> Result<(), String> {
    let Some(text) = body.get("jwk").and_then(Value::as_str) else { return Ok(()) };
    let mut jwk: Value = serde_json::from_str(text).map_err(|_| "could not json decode jwk string")?;
    if jwk.get("kid") != body.get("kid") {
        return Err("kid in jwk.kid must be equal to keys.kid".to_owned());
    }
    // What a key is meant for is the business of whoever uses it.
    if let Some(members) = jwk.as_object_mut() {
        members.retain(|name, _| !matches!(name.as_str(), "use" | "key_ops" | "alg"));
    }
    PublicKey::from_jwk(&jwk).map(drop).map_err(|error| format!("could not load JWK: {error}"))
}

#[cfg(test)]
mod tests;
