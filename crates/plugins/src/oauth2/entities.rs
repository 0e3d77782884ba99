//! What the plugin keeps: the applications (`oauth2_credentials`), the codes and the tokens that they were given.

use gibbon_schema::address::UrlParts;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, OnDelete, Paths, Schema, Transformation, field, string};
use serde_json::Value;

use super::kong_hash::KongHash;
use super::{application, token};
use crate::{owner, password};

/// The name of the codes.
pub(super) const CODES: &str = "oauth2_authorization_codes";

/// The declaration of `oauth2_credentials`.
pub(super) fn credentials() -> EntityDef {
    let hash = Transformation::new(["hash_secret", "client_secret"], [], hash_secret);
    EntityDef {
        name: application::KIND,
        collection: "oauth2",
        nested: "oauth2",
        endpoint_key: Some("client_id"),
        version: 1,
        schema: Schema::new(credential_fields()).transformations([hash]),
    }
}

fn credential_fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        owner::consumer().describe("Whose application it is."),
        field("name").string().required().describe("The name of the application."),
        field("client_id").string().optional().unique().auto().describe("What the application is named by."),
        field("client_secret")
            .string()
            .optional()
            .auto()
            .encrypted()
            .describe("What the application proves itself by."),
        field("hash_secret")
            .boolean()
            .required()
            .default(false)
            .describe("Whether only a hash of the secret is kept, which answers then show."),
        field("redirect_uris")
            .array_of(string().check_str(check_uri))
            .optional()
            .describe("Where users may be sent with a code or a token."),
        field("tags").of(tags()),
        field("client_type")
            .string()
            .required()
            .default("confidential")
            .one_of(["confidential", "public"])
            .describe("Whether the application can keep a secret (RFC 6749, section 2.1)."),
    ]
}

fn check_uri(uri: &str) -> Result<(), String> {
    let parts = UrlParts::split(uri);
    if parts.host.is_none_or(str::is_empty) || parts.scheme.is_none() {
        return Err(format!("cannot parse '{uri}'"));
    }
    if uri.contains('#') { Err(format!("fragment not allowed in '{uri}'")) } else { Ok(()) }
}

fn hash_secret(body: &mut Object) -> Result<(), String> {
    if body.get("hash_secret") == Some(&Value::Bool(true))
        && let Some(Value::String(secret)) = body.get_mut("client_secret")
        && !password::is_hash(secret)
        && KongHash::parse(secret).is_none()
    {
        *secret = password::hash(secret)?;
    }
    Ok(())
}

/// The declaration of `oauth2_authorization_codes`, which no path leads to.
pub(crate) fn authorization_codes() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        optional_parent("service", "services", "The service that the code is for; null for all."),
        credential(),
        field("code").string().optional().unique().auto().secret().describe("The code."),
        user(),
        scope(),
        field("challenge").string().optional().describe("What its owner must have the answer to (RFC 7636)."),
        field("challenge_method").string().optional().one_of(["S256"]).describe("How the challenge was made."),
        optional_parent("plugin", "plugins", "The plugin that gave it out."),
    ];
    EntityDef {
        name: CODES,
        collection: CODES,
        nested: CODES,
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields).with_ttl().paths(Paths::Nowhere),
    }
}

/// The declaration of `oauth2_tokens`.
pub(super) fn tokens() -> EntityDef {
    let fields = [
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        optional_parent("service", "services", "The service that the token is for; null for all."),
        credential(),
        field("token_type").string().required().default("bearer").one_of(["bearer"]).describe("How it is sent."),
        field("expires_in").integer().required().describe("How many seconds it can be used; 0 for ever."),
        field("access_token").string().optional().unique().auto().secret().describe("The token."),
        field("refresh_token").string().optional().unique().secret().describe("What a new token can be had for."),
        user(),
        scope(),
    ];
    EntityDef {
        name: token::KIND,
        collection: "oauth2_tokens",
        nested: "oauth2_tokens",
        endpoint_key: Some("access_token"),
        version: 1,
        schema: Schema::new(fields).with_ttl(),
    }
}

fn optional_parent(name: &'static str, target: &'static str, description: &'static str) -> Field {
    field(name).foreign(target).default(Value::Null).on_delete(OnDelete::Cascade).describe(description)
}

fn credential() -> Field {
    field("credential")
        .foreign("oauth2_credentials")
        .required()
        .on_delete(OnDelete::Cascade)
        .describe("The application that it was given to.")
}

fn user() -> Field {
    field("authenticated_userid").string().optional().describe("The user who has agreed.")
}

fn scope() -> Field {
    field("scope").string().describe("What the user has agreed to.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fixture::BARE;

    fn object(value: Value) -> Object {
        value.as_object().cloned().unwrap()
    }

    fn application(fields: Value) -> Object {
        let id = "11111111-1111-4111-8111-111111111111";
        let mut body = object(json!({"name": "app", "consumer": {"id": id}}));
        body.extend(object(fields));
        body
    }

    #[test]
    fn a_secret_is_hashed_where_that_is_wanted_and_only_once() {
        let def = credentials();
        let clear = def.prepare_insert(application(json!({"client_secret": "s"})), &BARE).unwrap();
        assert_eq!(clear["client_secret"], "s");
        let hashed =
            def.prepare_insert(application(json!({"client_secret": "s", "hash_secret": true})), &BARE).unwrap();
        let hash = hashed["client_secret"].as_str().unwrap();
        assert!(password::matches(hash, "s"), "{hash}");
        let patch = object(json!({"client_secret": hash, "hash_secret": true, "name": "other"}));
        assert_eq!(def.prepare_update(&hashed, patch, &BARE).unwrap()["client_secret"], hash);
        let changed = def.prepare_update(&hashed, object(json!({"client_secret": "t"})), &BARE).unwrap();
        assert!(password::matches(changed["client_secret"].as_str().unwrap(), "t"));
    }

    #[test]
    fn users_are_sent_to_urls_without_fragments() {
        let def = credentials();
        let uris = json!({"redirect_uris": ["https://example.com/x", "example.com", "https://example.com/#x"]});
        let violations = def.prepare_insert(application(uris), &BARE).unwrap_err();
        let expected = json!([null, "cannot parse 'example.com'", "fragment not allowed in 'https://example.com/#x'"]);
        assert_eq!(violations.fields()["redirect_uris"], expected);
    }
}
