//! Configuring the gateway, the way that the Admin API does: prepared by the schema, written, live when it returns.

use gibbon_schema::Object;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Gateway;
use crate::origin::Origin;

impl Gateway {
    /// Adds a service.
    pub fn service(&self, body: Value) -> Uuid {
        self.put("services", body)
    }

    /// Adds a service at `origin` with some fields of its own.
    pub fn service_at(&self, origin: &Origin, fields: Value) -> Uuid {
        let mut body = object(json!({ "host": "127.0.0.1", "port": origin.port() }));
        body.extend(object(fields));
        self.service(body.into())
    }

    /// Adds a route to `service` with some fields of its own.
    pub fn route_to(&self, service: Uuid, fields: Value) -> Uuid {
        let mut body = object(json!({ "service": { "id": service } }));
        body.extend(object(fields));
        self.route(body.into())
    }

    /// Adds a route.
    pub fn route(&self, body: Value) -> Uuid {
        self.put("routes", body)
    }

    /// Adds an upstream with some fields of its own, and a service and a route through which every path leads to it.
    pub fn proxy_to_upstream(&self, name: &str, fields: Value) -> Uuid {
        let mut body = object(json!({ "name": name }));
        body.extend(object(fields));
        let upstream = self.put("upstreams", body.into());
        let service = self.service(json!({ "host": name }));
        self.route_to(service, json!({ "paths": ["/"], "strip_path": false }));
        upstream
    }

    /// Adds a target to an upstream.
    pub fn target(&self, upstream: Uuid, address: &str, weight: u16) -> Uuid {
        self.put("targets", json!({ "upstream": { "id": upstream }, "target": address, "weight": weight }))
    }

    /// Adds `origin` as a target of an upstream.
    pub fn target_at(&self, upstream: Uuid, origin: &Origin) -> Uuid {
        self.target(upstream, &format!("127.0.0.1:{}", origin.port()), 100)
    }

    /// Adds a plugin.
    pub fn plugin(&self, body: Value) -> Uuid {
        self.put("plugins", body)
    }

    /// Adds a consumer.
    pub fn consumer(&self, body: Value) -> Uuid {
        self.put("consumers", body)
    }

    /// The most common arrangement: every path goes to `origin` as it is. Returns the route.
    pub fn proxy_to(&self, origin: &Origin) -> Uuid {
        let service = self.service_at(origin, json!({}));
        self.route_to(service, json!({ "paths": ["/"], "strip_path": false }))
    }

    /// Writes a record of `kind`: a new one, or, where `body` has an `id`, one in the place of the one with that id.
    /// It is live when this returns.
    ///
    /// # Panics
    /// Where it is not valid or cannot be served.
    pub fn put(&self, kind: &str, body: Value) -> Uuid {
        self.control.block_on(async {
            let definitions = self.configuration().definitions();
            let definition = definitions.get(kind).expect("there is such an entity");
            let mut write = self.configuration().write().await.expect("the store is there");
            let body = object(body);
            let record = match id(&body) {
                None => definition.prepare_insert(body, definitions),
                Some(id) => {
                    let existing = write.tx().get(kind, id).await.expect("the store is there");
                    definition.prepare_replace(id, existing.as_ref(), body, definitions)
                }
            };
            let record = record.unwrap_or_else(|violations| panic!("{kind}: {}", violations.message()));
            write.tx().replace(definition, &record).await.expect("the record is taken");
            write.commit().await.expect("the record can be served");
            id(&record).expect("a record has an id")
        })
    }

    /// Deletes a record, and what hangs on it.
    ///
    /// # Panics
    /// Where that is not possible.
    pub fn delete(&self, kind: &str, id: Uuid) {
        self.control.block_on(async {
            let mut write = self.configuration().write().await.expect("the store is there");
            write.tx().delete(kind, id).await.expect("it can be deleted");
            write.commit().await.expect("what is left can be served");
        });
    }
}

fn id(body: &Object) -> Option<Uuid> {
    body.get("id").and_then(Value::as_str).map(|id| id.parse().expect("an id is a UUID"))
}

fn object(body: Value) -> Object {
    match body {
        Value::Object(object) => object,
        other => panic!("a record is an object: {other}"),
    }
}
