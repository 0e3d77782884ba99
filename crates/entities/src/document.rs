//! Typed structs as JSON again, for those who are told what a request met: logs, and answers that describe a request.
//! What has no value is left out.

use gibbon_schema::Object;
use serde_json::{Value, json};

use crate::route::{Endpoint, PathHandling};
use crate::{Route, Service};

impl Route {
    /// The route under the names of its fields.
    pub fn document(&self) -> Object {
        let headers: Object = self.headers.iter().map(|(name, values)| (name.to_string(), json!(values))).collect();
        of_values([
            ("id", json!(self.id)),
            ("created_at", json!(self.created_at)),
            ("updated_at", json!(self.updated_at)),
            ("name", json!(self.name)),
            ("protocols", self.protocols.iter().map(crate::Protocol::as_str).collect()),
            ("methods", json!(self.methods)),
            ("hosts", json!(self.hosts)),
            ("paths", json!(self.paths)),
            ("headers", headers.into()),
            ("snis", json!(self.snis)),
            ("sources", endpoints(&self.sources)),
            ("destinations", endpoints(&self.destinations)),
            ("https_redirect_status_code", json!(self.https_redirect_status_code)),
            ("regex_priority", json!(self.regex_priority)),
            ("strip_path", json!(self.strip_path)),
            ("path_handling", json!(if self.path_handling == PathHandling::V0 { "v0" } else { "v1" })),
            ("preserve_host", json!(self.preserve_host)),
            ("request_buffering", json!(self.request_buffering)),
            ("response_buffering", json!(self.response_buffering)),
            ("service", self.service.map(|id| json!({ "id": id })).unwrap_or_default()),
            ("tags", json!(self.tags)),
        ])
    }
}

impl Service {
    /// The service under the names of its fields.
    pub fn document(&self) -> Object {
        let millis = |timeout: std::time::Duration| json!(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        of_values([
            ("id", json!(self.id)),
            ("created_at", json!(self.created_at)),
            ("updated_at", json!(self.updated_at)),
            ("name", json!(self.name)),
            ("retries", json!(self.retries)),
            ("protocol", json!(self.protocol.as_str())),
            ("host", json!(self.host)),
            ("port", json!(self.port)),
            ("path", json!(self.path)),
            ("connect_timeout", millis(self.connect_timeout)),
            ("write_timeout", millis(self.write_timeout)),
            ("read_timeout", millis(self.read_timeout)),
            ("tags", json!(self.tags)),
            ("client_certificate", self.client_certificate.map(|id| json!({ "id": id })).unwrap_or_default()),
            ("tls_verify", json!(self.tls_verify)),
            ("tls_verify_depth", json!(self.tls_verify_depth)),
            ("ca_certificates", json!(self.ca_certificates)),
            ("enabled", json!(self.enabled)),
        ])
    }
}

fn endpoints(endpoints: &[Endpoint]) -> Value {
    let ip = |range: &crate::route::IpRange| match range.prefix {
        32 if range.address.is_ipv4() => range.address.to_string(),
        128 => range.address.to_string(),
        prefix => format!("{}/{prefix}", range.address),
    };
    let one = |end: &Endpoint| of_values([("ip", json!(end.ip.as_ref().map(ip))), ("port", json!(end.port))]);
    endpoints.iter().map(one).collect()
}

fn of_values<const N: usize>(fields: [(&str, Value); N]) -> Object {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    fields.into_iter().filter(|(_, value)| !is_empty(value)).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::inserted;
    use crate::{route, service};

    fn without_nulls(body: Object) -> Object {
        body.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    fn sorted(body: Object) -> Vec<(String, Value)> {
        let mut members: Vec<_> = body.into_iter().collect();
        members.sort_by(|(one, _), (other, _)| one.cmp(other));
        members
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
            let document = Route::from_body(&body).unwrap().document();
            assert_eq!(sorted(document), sorted(without_nulls(body)));
        }
    }

    #[test]
    fn a_route_of_streams_has_its_ends() {
        let ends = json!([{"ip": "10.1.0.0/16", "port": 5}, {"ip": "::1"}]);
        let body =
            inserted(&route::definition(route::Flavor::default()), json!({"protocols": ["tcp"], "sources": ends}));
        assert_eq!(Route::from_body(&body).unwrap().document()["sources"], ends);
    }

    #[test]
    fn a_service_reads_as_it_was_written() {
        for input in [
            json!({"host": "a.example"}),
            json!({"host": "a.example", "protocol": "https", "path": "/p", "tls_verify": true, "read_timeout": 7}),
        ] {
            let body = inserted(&service::definition(), input);
            let document = Service::from_body(&body).unwrap().document();
            assert_eq!(sorted(document), sorted(without_nulls(body)));
        }
    }
}
