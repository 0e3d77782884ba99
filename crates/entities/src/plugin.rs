//! A plugin as it is configured: which one, for what, and how.

use gibbon_schema::typedefs::{auto_timestamp_s, tags, utf8_name, uuid};
use gibbon_schema::{EntityDef, Field, Object, OnDelete, Schema, field};
use serde_json::Value;
use uuid::Uuid;

use crate::body::{Body, BodyError, Switch};
use crate::route::protocols_of;
use crate::{Protocols, typedefs};

/// The declaration of `plugins`. What `config` holds, and often which protocols and scopes are possible, comes from
/// the plugin of that `name`.
pub fn definition() -> EntityDef {
    let schema = Schema::new(fields())
        .subschemas_of_environment("name", not_enabled)
        .unique_together("name,route,service,consumer");
    EntityDef {
        name: "plugins",
        collection: "plugins",
        nested: "plugins",
        endpoint_key: Some("instance_name"),
        version: 1,
        schema,
    }
}

fn fields() -> Vec<Field> {
    vec![
        field("id").of(uuid()).len_min(1),
        field("name").string().required().len_min(1).describe("Which plugin it is."),
        field("instance_name").of(utf8_name()).describe("A unique name of this configuration of the plugin."),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        scope("route", "routes", "The route whose requests it runs for; null for all."),
        scope("service", "services", "The service whose requests it runs for; null for all."),
        scope("consumer", "consumers", "The consumer whose requests it runs for; null for all."),
        field("config").abstract_record().describe("What the plugin is told, in fields of its own."),
        field("protocols").of(typedefs::protocols()),
        field("enabled").boolean().required().default(true).describe("Whether the plugin runs."),
        field("tags").of(tags()),
    ]
}

fn scope(name: &'static str, target: &'static str, description: &'static str) -> Field {
    field(name).foreign(target).default(Value::Null).on_delete(OnDelete::Cascade).describe(description)
}

fn not_enabled(name: &str) -> String {
    format!("plugin '{name}' not enabled; add it to the 'plugins' configuration property")
}

/// A configured plugin as the data plane keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// Its id.
    pub id: Uuid,
    /// Which plugin it is.
    pub name: Box<str>,
    /// The unique name of this configuration.
    pub instance_name: Option<Box<str>>,
    /// Whether it runs.
    pub enabled: bool,
    /// The protocols that it runs for.
    pub protocols: Protocols,
    /// The route that it runs for, if not all.
    pub route: Option<Uuid>,
    /// The service that it runs for, if not all.
    pub service: Option<Uuid>,
    /// The consumer that it runs for, if not all.
    pub consumer: Option<Uuid>,
    /// What the plugin is told.
    pub config: Value,
    /// When it was created, in seconds since 1970.
    pub created_at: i64,
    /// Its tags.
    pub tags: Vec<Box<str>>,
}

impl Plugin {
    /// Reads a prepared body.
    ///
    /// # Errors
    /// If the body is not one that [`definition`] prepared.
    pub fn from_body(body: &Object) -> Result<Self, BodyError> {
        let body = Body::new(body);
        Ok(Self {
            id: body.id()?,
            name: body.text("name")?.into(),
            instance_name: body.boxed("instance_name")?,
            enabled: body.boolean("enabled", Switch::On)?,
            protocols: protocols_of(body)?,
            route: body.reference("route")?,
            service: body.reference("service")?,
            consumer: body.reference("consumer")?,
            config: body.get("config").cloned().ok_or(BodyError::Missing { field: "config" })?,
            created_at: body.integer("created_at", 0)?,
            tags: body.texts("tags")?,
        })
    }
}

#[cfg(test)]
mod tests;
