use gibbon_schema::address::{self, HostSort};
use gibbon_schema::typedefs::{auto_timestamp_s, cookie_name, header_name, host_with_optional_port, path, tags, uuid};
use gibbon_schema::{Field, field, integer, string};

use super::hashing::NAMES;
use super::health_fields::healthchecks;
use super::{Algorithm, SLOTS};

/// The names of algorithms, in the order in which messages list them.
const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::ConsistentHashing, Algorithm::LeastConnections, Algorithm::RoundRobin, Algorithm::Latency];

pub(super) fn fields() -> Vec<Field> {
    let mut fields = vec![
        field("id").of(uuid()),
        field("created_at").of(auto_timestamp_s()),
        field("name")
            .string()
            .required()
            .unique()
            .check_str(check_name)
            .describe("The name of the upstream, which services have as their host."),
        field("updated_at").of(auto_timestamp_s()),
        field("algorithm")
            .string()
            .default(Algorithm::RoundRobin.as_str())
            .one_of(ALGORITHMS.map(Algorithm::as_str))
            .describe("How the target of a request is chosen."),
    ];
    fields.extend(hashing());
    fields.extend([
        field("slots").of(integer()).default(SLOTS).between(10, 65_536).describe("The number of slots of the ring."),
        healthchecks(),
        field("tags").of(tags()),
        field("host_header")
            .of(host_with_optional_port())
            .describe("The host that targets are asked for, where it is not their own."),
        field("client_certificate")
            .foreign("certificates")
            .describe("The certificate that targets are shown in the TLS handshake."),
        field("use_srv_name")
            .boolean()
            .default(false)
            .describe("Whether targets are asked for the host name that their SRV record gives."),
    ]);
    fields
}

fn hashing() -> [Field; 10] {
    let input = || string().default("none").one_of(NAMES);
    let name = || string().len_min(1);
    [
        field("hash_on").of(input()).describe("What of a request is hashed."),
        field("hash_fallback").of(input()).describe("What is hashed where a request does not have the first."),
        field("hash_on_header").of(header_name()).describe("The header that is hashed."),
        field("hash_fallback_header").of(header_name()).describe("The header that is hashed as the second choice."),
        field("hash_on_cookie").of(cookie_name()).describe("The cookie that is hashed, and made where there is none."),
        field("hash_on_cookie_path").of(path()).default("/").describe("The path that the cookie is made for."),
        field("hash_on_query_arg").of(name()).describe("The parameter of the query that is hashed."),
        field("hash_fallback_query_arg").of(name()).describe("The parameter that is hashed as the second choice."),
        field("hash_on_uri_capture").of(name()).describe("The named part of the route's path that is hashed."),
        field("hash_fallback_uri_capture").of(name()).describe("The named part that is hashed as the second choice."),
    ]
}

/// A name must be one that a service can have as its host, and must not be taken for an address.
fn check_name(name: &str) -> Result<(), String> {
    let fault = match address::parse(name) {
        Err(_) => "must be a valid hostname",
        Ok(address) if address.sort != HostSort::Name => "no ip addresses allowed",
        Ok(address) if address.port.is_some() => "no port allowed",
        Ok(_) => return Ok(()),
    };
    Err(format!("Invalid name ('{name}'); {fault}"))
}
