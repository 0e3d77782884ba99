//! How typed structs become JSON again, for those who are told what a request met: logs, and answers that describe a
//! request. What has no value is left out.

use std::sync::OnceLock;
use std::time::Duration;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::HeaderMatch;

/// The JSON of an entity, kept once it was asked for: it does not change as long as the entity is there.
#[derive(Debug, Default)]
pub(crate) struct Rendered(OnceLock<Box<str>>);

impl Rendered {
    /// That of `entity`.
    pub(crate) fn get(&self, entity: &impl Serialize) -> &str {
        // Entities are texts and numbers, of which JSON can hold all.
        self.0.get_or_init(|| serde_json::to_string(entity).unwrap_or_else(|_| "null".to_owned()).into())
    }
}

/// Whoever copies an entity is about to change it.
impl Clone for Rendered {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Entities are the same whether they were written or not.
impl PartialEq for Rendered {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Rendered {}

/// A reference to another entity.
#[derive(Serialize)]
struct Reference<'a> {
    id: &'a Uuid,
}

pub(crate) fn reference<S: Serializer>(id: &Option<Uuid>, serializer: S) -> Result<S::Ok, S::Error> {
    id.as_ref().map(|id| Reference { id }).serialize(serializer)
}

pub(crate) fn members<S: Serializer>(headers: &[HeaderMatch], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, values)| (name, values)))
}

/// Whole milliseconds.
pub(crate) fn millis<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use gibbon_schema::Object;
    use serde_json::{Value, json};

    use crate::testing::inserted;
    use crate::{Route, Service, route, service};

    fn without_nulls(body: Object) -> Object {
        body.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    fn sorted(body: Object) -> Vec<(String, Value)> {
        let mut members: Vec<_> = body.into_iter().collect();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members
    }

    fn read(json: &str) -> Object {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_route_reads_as_it_was_written() {
        for input in [
            json!({"paths": ["/x"]}),
            json!({
                "name": "r", "methods": ["GET"], "headers": {"x-team": ["a", "b"]}, "path_handling": "v1", "tags": ["t"],
                "service": {"id": crate::testing::ID}, "protocols": ["http"],
            }),
        ] {
            let body = inserted(&route::definition(route::Flavor::default()), input);
            let document = read(Route::from_body(&body).unwrap().json());
            assert_eq!(sorted(document), sorted(without_nulls(body)));
        }
    }

    #[test]
    fn a_route_of_streams_has_its_ends() {
        let ends = json!([{"ip": "10.1.0.0/16", "port": 5}, {"ip": "::1"}]);
        let body =
            inserted(&route::definition(route::Flavor::default()), json!({"protocols": ["tcp"], "sources": ends}));
        assert_eq!(read(Route::from_body(&body).unwrap().json())["sources"], ends);
    }

    #[test]
    fn a_service_reads_as_it_was_written() {
        for input in [
            json!({"host": "a.example"}),
            json!({"host": "a.example", "protocol": "https", "path": "/p", "tls_verify": true, "read_timeout": 7}),
        ] {
            let body = inserted(&service::definition(), input);
            let document = read(Service::from_body(&body).unwrap().json());
            assert_eq!(sorted(document), sorted(without_nulls(body)));
        }
    }
}
