//! Types that the gateway's entities and plugins share, beside those of [`gibbon_schema::typedefs`].

use gibbon_schema::{Field, foreign, set_of, string};
use serde_json::Value;

use crate::Protocol;

/// The name of a protocol.
pub fn protocol() -> Field {
    string().one_of(names(&Protocol::ALL)).describe("A protocol.")
}

/// The protocols that a plugin runs for, of those that it supports: all.
pub fn protocols() -> Field {
    protocols_of(&Protocol::ALL, &Protocol::HTTP_FAMILY)
}

/// The protocols that a plugin runs for, of those that it supports: requests.
pub fn protocols_http() -> Field {
    protocols_of(&Protocol::HTTP_FAMILY, &Protocol::HTTP_FAMILY)
}

/// The protocols that a plugin runs for, of those that it supports, and what they are unless set.
pub fn protocols_of(supported: &[Protocol], default: &[Protocol]) -> Field {
    set_of(string().one_of(names(supported)))
        .required()
        .default(names(default))
        .describe("The protocols of the requests that the plugin runs for.")
}

/// The `consumer` of a plugin that cannot be configured for single consumers.
pub fn no_consumer() -> Field {
    foreign("consumers").eq(Value::Null).describe("This plugin cannot be configured for single consumers.")
}

/// The `route` of a plugin that cannot be configured for single routes.
pub fn no_route() -> Field {
    foreign("routes").eq(Value::Null).describe("This plugin cannot be configured for single routes.")
}

/// The `service` of a plugin that cannot be configured for single services.
pub fn no_service() -> Field {
    foreign("services").eq(Value::Null).describe("This plugin cannot be configured for single services.")
}

fn names(protocols: &[Protocol]) -> Vec<&'static str> {
    protocols.iter().map(|protocol| protocol.as_str()).collect()
}
