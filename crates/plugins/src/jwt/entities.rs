//! The credentials of the plugin: `jwt_secrets`.

use gibbon_entities::{Body, BodyError};
use gibbon_jose::{Algorithm, KeyError, Policy, PublicKey, Verifier};
use gibbon_plugin_api::LoadedCredential;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, OnDelete, Schema, conditional, custom_check, field, matching};
use serde_json::Value;

use super::credential::JwtCredential;
use super::issuers::{Location, check_url, thumbprints};
use super::several::{self, SeveralKeys};

/// The name of the entity.
pub(super) const KIND: &str = "jwt_secrets";

/// The field that says that tokens of a credential may be minted by whoever has the Admin API.
pub(super) const DEVELOPMENT_ONLY: &str = "development_only";

/// What a credential without an algorithm has.
const DEFAULT_ALGORITHM: Algorithm = Algorithm::HS256;

/// The algorithms that cannot be chosen without a public key, as Lua patterns. Kong leaves ES* out, so credentials of
/// those exist without keys; they are refused when they are used.
const NEED_A_KEY: [&str; 7] = ["^RS256$", "^RS384$", "^RS512$", "^PS256$", "^PS384$", "^PS512$", "^EdDSA$"];

/// The declaration of `jwt_secrets`.
pub(super) fn definition() -> EntityDef {
    let key_needed = conditional(
        "algorithm",
        matching().match_any(NEED_A_KEY, None),
        "rsa_public_key",
        matching().required().check_str(check_readable),
    );
    let key_needed = key_needed.unless_set(["jwks_uri", "issuer_discovery", "keys"]);
    EntityDef {
        name: KIND,
        collection: "jwts",
        nested: "jwt",
        endpoint_key: Some("key"),
        version: 1,
        schema: Schema::new(fields())
            .entity_checks([key_needed, custom_check(["algorithm", "rsa_public_key"], check_fit)]),
    }
}

fn fields() -> Vec<Field> {
    fields_of_kong().into_iter().chain(fields_of_our_own()).collect()
}

/// Absent from a record in which they are not set.
fn fields_of_our_own() -> Vec<Field> {
    let place = |name| field(name).string().check_str(check_url).absent_while_unset();
    let mut fields = vec![
        place("jwks_uri").describe("The URL of a JWK Set, in place of a public key that stands here."),
        place("issuer_discovery").describe("The URL of an issuer whose discovery document says where its JWK Set is."),
    ];
    fields.push(thumbprints().absent_while_unset());
    fields.extend(several::fields());
    fields.push(
        field(DEVELOPMENT_ONLY)
            .boolean()
            .absent_while_unset()
            .describe("Whether the Admin API mints tokens of this credential: for development, and never for others."),
    );
    fields
}

fn fields_of_kong() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        field("consumer")
            .foreign("consumers")
            .required()
            .on_delete(OnDelete::Cascade)
            .describe("Whose credential it is."),
        field("key")
            .string()
            .optional()
            .unique()
            .auto()
            .describe("What tokens name the credential by, in the claim `key_claim_name` of the plugin."),
        field("secret").string().auto().secret().describe("The secret of HS256, HS384 and HS512."),
        field("rsa_public_key").string().describe("The public key of all other algorithms, as PEM."),
        field("algorithm")
            .string()
            .default(DEFAULT_ALGORITHM.as_str())
            .one_of(Algorithm::ALL.map(Algorithm::as_str))
            .describe("The one algorithm that tokens must be signed with."),
        field("tags").of(tags()),
    ]
}

/// Whether a text is a key at all. What is wrong with a key that is one, [`check_fit`] says.
fn check_readable(pem: &str) -> Result<(), String> {
    match PublicKey::from_pem(pem) {
        Err(KeyError::NoPem | KeyError::Pem(_) | KeyError::Malformed(_)) => Err("invalid key".to_owned()),
        _ => Ok(()),
    }
}

/// Whether a key that is given works with the algorithm: with another curve or too few bits it could never verify
/// anything, and whoever made the credential should learn that now. Kong takes such keys and answers 401 or 500 later.
fn check_fit(body: &Object) -> Result<(), String> {
    let algorithm = match body.get("algorithm").and_then(Value::as_str) {
        Some(name) => Algorithm::from_name(name),
        None => Some(DEFAULT_ALGORITHM),
    };
    let given = |field: &str| body.get(field).and_then(Value::as_str);
    let places = ["rsa_public_key", "jwks_uri", "issuer_discovery"].map(|field| (field, given(field)));
    let [_, fetched @ ..] = places;
    if let Some((field, _)) = fetched.into_iter().find(|(_, url)| url.is_some()) {
        if ["keys", "not_before", "not_after"].iter().any(|own| body.get(*own).is_some_and(|value| !value.is_null())) {
            return Err(format!("{field}: keys, not_before and not_after are for keys that stand here"));
        }
        return check_fetched(field, algorithm, places.iter().filter(|(_, value)| value.is_some()).count());
    }
    if body.get("thumbprints").is_some_and(|pinned| !pinned.is_null()) {
        return Err("thumbprints: only keys that are fetched (jwks_uri, issuer_discovery) are pinned".to_owned());
    }
    several::check(body, algorithm.unwrap_or(DEFAULT_ALGORITHM))?;
    let Some(algorithm) = algorithm.filter(|algorithm| !algorithm.is_symmetric()) else { return Ok(()) };
    let Some(pem) = body.get("rsa_public_key").and_then(Value::as_str) else { return Ok(()) };
    match Verifier::from_pem(algorithm, pem) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("rsa_public_key: {error}")),
    }
}

/// Whether a credential whose keys are fetched can be of use: `given` is the number of places that its keys come from.
fn check_fetched(field: &str, algorithm: Option<Algorithm>, given: usize) -> Result<(), String> {
    if given > 1 {
        return Err(format!("{field}: only one of rsa_public_key, jwks_uri and issuer_discovery can be set"));
    }
    match algorithm {
        Some(algorithm) if algorithm.is_symmetric() => Err(format!("{field}: `{algorithm}` works with a secret alone")),
        _ => Ok(()),
    }
}

/// Makes the form that requests are checked against.
pub(super) fn load(body: &Object) -> Result<LoadedCredential, BodyError> {
    let body = Body::new(body);
    let (id, key) = (body.id()?, body.text("key")?);
    let consumer = body.reference("consumer")?.ok_or(BodyError::Missing { field: "consumer" })?;
    let algorithm = match body.optional_text("algorithm")? {
        Some(_) => body.parsed("algorithm")?,
        None => DEFAULT_ALGORITHM,
    };
    let (secret, public_key) = (body.optional_text("secret")?, body.optional_text("rsa_public_key")?);
    let url = body.optional_text("jwks_uri")?.map(Location::jwks);
    let issuer = body.optional_text("issuer_discovery")?.map(|url| Location::discovery(url, None));
    let credential = match (url.or(issuer), SeveralKeys::read(body, algorithm)?) {
        (Some(place), _) => {
            let policy = Policy { thumbprints: body.texts("thumbprints")?.into(), ..Policy::only(algorithm) };
            JwtCredential::published(id, consumer, policy, (algorithm, place))
        }
        (None, Some(keys)) => JwtCredential::several(id, consumer, algorithm, keys),
        (None, None) => JwtCredential::new(id, consumer, algorithm, secret, public_key),
    };
    Ok(LoadedCredential { id, consumer, key: key.into(), value: std::sync::Arc::new(credential) })
}
