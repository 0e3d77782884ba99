//! A certificate with its private key: what the gateway shows clients, or upstreams.

use std::fmt;

use gibbon_jose::PublicKey;
use gibbon_schema::typedefs::{auto_timestamp_s, tags, uuid, wildcard_host};
use gibbon_schema::{EntityCheck, EntityDef, Field, Object, Schema, custom_check, field, mutually_required, string};
use gibbon_x509::Certificate as Content;
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError};

/// The declaration of `certificates`. The `snis` of a body are the names of the records of that kind that refer to it.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "certificates",
        collection: "certificates",
        nested: "certificates",
        endpoint_key: None,
        version: 1,
        schema: Schema::new(fields()).entity_checks(checks()),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("cert").of(certificate()).required().referenceable().describe("The certificate and its chain, as PEM."),
        field("key").of(key()).required().describe("The private key of the certificate, as PEM."),
        field("cert_alt")
            .of(certificate())
            .optional()
            .referenceable()
            .describe("Another certificate, with a key of another kind, for clients that prefer it."),
        field("key_alt").of(key()).optional().describe("The private key of the other certificate."),
        field("tags").of(tags()),
        field("snis")
            .array_of(wildcard_host())
            .optional()
            .transient()
            .describe("The host names for which clients are shown the certificate."),
    ]
}

/// A certificate with the ones that lead to a trusted one, as PEM.
pub(crate) fn certificate() -> Field {
    string().check_str(check_certificate)
}

fn key() -> Field {
    string().encrypted().referenceable().check_str(|pem| match PublicKey::of_private_pem(pem) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("invalid key: {error}")),
    })
}

fn check_certificate(pem: &str) -> Result<(), String> {
    let invalid = |error: &dyn fmt::Display| format!("invalid certificate: {error}");
    Content::chain_from_pem(pem).map_err(|error| invalid(&error))?;
    PublicKey::from_pem(pem).map(drop).map_err(|error| invalid(&error))
}

fn checks() -> [EntityCheck; 4] {
    [
        mutually_required(["cert_alt", "key_alt"]),
        custom_check(["cert", "key"], |body| match pair(body, "cert", "key") {
            Fit::Other => Err("certificate does not match key".to_owned()),
            Fit::Same | Fit::Unknown => Ok(()),
        }),
        custom_check(["cert_alt", "key_alt"], |body| match pair(body, "cert_alt", "key_alt") {
            Fit::Other => Err("alternative certificate does not match key".to_owned()),
            Fit::Same | Fit::Unknown => Ok(()),
        }),
        custom_check(["cert", "cert_alt"], of_two_kinds),
    ]
}

enum Fit {
    Same,
    Other,
    /// One of the two is not there.
    Unknown,
}

fn pair(body: &Object, certificate: &str, key: &str) -> Fit {
    let public = public_key(body, certificate);
    let private = body.get(key).and_then(Value::as_str).and_then(|pem| PublicKey::of_private_pem(pem).ok());
    match (public, private) {
        (Some(public), Some(private)) if public == private => Fit::Same,
        (Some(_), Some(_)) => Fit::Other,
        _ => Fit::Unknown,
    }
}

fn public_key(body: &Object, certificate: &str) -> Option<PublicKey> {
    PublicKey::from_pem(body.get(certificate)?.as_str()?).ok()
}

/// With two certificates of one kind, no client could ever want the other.
fn of_two_kinds(body: &Object) -> Result<(), String> {
    match (public_key(body, "cert"), public_key(body, "cert_alt")) {
        (Some(one), Some(other)) if one.kind() == other.kind() => Err(SAME_KIND.to_owned()),
        _ => Ok(()),
    }
}

const SAME_KIND: &str = "certificate and alternative certificate need to have different type (e.g. RSA and ECDSA), \
                         the provided certificates were both of the same type";

/// A certificate as the data plane keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its id.
    pub id: Uuid,
    /// The certificate and its chain, as PEM.
    pub cert: Box<str>,
    /// Its private key, as PEM.
    pub key: Box<str>,
    /// Another certificate with its private key.
    pub alternative: Option<(Box<str>, Box<str>)>,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

/// Keys are not shown.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("id", &self.id).field("tags", &self.tags).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            cert: body.text("cert")?.into(),
            key: body.text("key")?.into(),
            alternative: body.boxed("cert_alt")?.zip(body.boxed("key_alt")?),
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests;
