//! What the plugin promises, row by row.

mod answers;
mod attacks;
mod binding;
mod credentials;
mod diagonal;
mod enforcement;
mod impersonation;
mod introspection;
mod issuers;
mod resource_metadata;
mod retrieval;
mod revocations;
mod rules;
mod schema;
mod several;
mod single_use;
mod together;
mod upstream;
mod verified_tokens;

use gibbon_jose::Algorithm;
use gibbon_jose::sign::Signer;
use gibbon_plugin_api::{CredentialDef, Handler};
use serde_json::{Map, Value, json};

use super::DEFINITION;
use crate::fixture::{Outcome, Request, World, handler};

const SECRET: &str = "a secret of the tests";

/// The credentials of the plugin.
fn credentials() -> &'static CredentialDef {
    &DEFINITION.credentials[0]
}

fn jwt(config: Value) -> Box<dyn Handler> {
    handler(&DEFINITION, config)
}

/// A world in which `ann` has the credential `ann-key`, for HS256.
fn world() -> World {
    World::new().consumer(1, "ann").credential(credentials(), 1, json!({ "key": "ann-key", "secret": SECRET }))
}

/// [`world`], in which `ann` also has a credential with a public key, by the name of its algorithm.
fn world_with(algorithm: Algorithm, public_key: &str) -> World {
    let body = json!({ "key": algorithm.as_str(), "algorithm": algorithm.as_str(), "rsa_public_key": public_key });
    world().credential(credentials(), 1, body)
}

fn hs256(claims: &str) -> String {
    signed(&Signer::from_secret(Algorithm::HS256, SECRET.as_bytes()).unwrap(), claims)
}

fn signed(signer: &Signer, claims: &str) -> String {
    signer.sign(&Map::new(), claims).unwrap()
}

/// A token of `ann`, by the credential that [`world`] gives her.
fn good() -> String {
    hs256(r#"{"iss":"ann-key"}"#)
}

fn bearer(token: &str) -> Request {
    Request::get("/").header("authorization", format!("Bearer {token}"))
}

/// Sends a token to the plugin in its default configuration.
fn send(world: &World, token: &str) -> Outcome {
    world.send(&*jwt(json!({})), bearer(token))
}
