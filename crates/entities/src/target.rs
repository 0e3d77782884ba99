//! A target: one of the addresses behind an upstream.

mod address;

use gibbon_schema::typedefs::{auto_timestamp_ms, tags, uuid};
use gibbon_schema::{EntityDef, Field, Object, OnDelete, Paths, Schema, field};
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError};

pub use address::TargetAddress;

/// The weight where the body does not say.
const WEIGHT: u16 = 100;

/// The declaration of `targets`. They are found below their upstream only.
pub fn definition() -> EntityDef {
    EntityDef {
        name: "targets",
        collection: "targets",
        nested: "targets",
        endpoint_key: Some("target"),
        version: 1,
        schema: Schema::new(fields())
            .key_below_parent("upstream,target")
            .paths(Paths::BelowParents)
            .rewritten_by(normalize),
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_ms()),
        field("updated_at").of(auto_timestamp_ms()),
        field("upstream")
            .foreign("upstreams")
            .required()
            .on_delete(OnDelete::Cascade)
            .describe("The upstream that it stands behind."),
        field("target")
            .string()
            .required()
            .check_str(check_address)
            .describe("A host name or IP address, with a port or not; the port is then 8000."),
        field("weight")
            .integer()
            .default(WEIGHT)
            .between(0, 65_535)
            .describe("Its share of the requests, compared with the weights of the others; 0 for none."),
        field("tags").of(tags()),
    ]
}

/// One address has one notation, so that no upstream has it twice. What is no address stays, for its check to name.
fn normalize(body: &mut Object) {
    if let Some(Value::String(target)) = body.get_mut("target")
        && let Ok(address) = target.parse::<TargetAddress>()
    {
        *target = address.to_string();
    }
}

fn check_address(target: &str) -> Result<(), String> {
    target.parse::<TargetAddress>().map(drop).map_err(|error| error.to_string())
}

/// A target as the data plane keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its id.
    pub id: Uuid,
    /// The upstream that it stands behind.
    pub upstream: Uuid,
    /// Where it is.
    pub address: TargetAddress,
    /// Its share of the requests.
    pub weight: u16,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Target {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            upstream: body.reference("upstream")?.ok_or(BodyError::Missing { field: "upstream" })?,
            address: body.parsed("target")?,
            weight: body.integer("weight", WEIGHT)?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests;
