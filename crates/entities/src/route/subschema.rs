//! What is special about routes of each family of protocols. The first protocol of a route decides.

use gibbon_schema::{EntityCheck, Field, Subschema, boolean, conditional_at_least_one_of, field, matching, string};
use serde_json::Value;

use super::fields::{endpoints, headers, hosts, methods, paths};

pub(super) fn all() -> [(&'static [&'static str], Subschema); 3] {
    [(&["http", "https"], http()), (&["tcp", "tls", "udp", "tls_passthrough"], stream()), (&["grpc", "grpcs"], grpc())]
}

fn http() -> Subschema {
    Subschema::new(
        "http",
        [
            unset("sources", endpoints(), "cannot set 'sources' when 'protocols' is 'http' or 'https'"),
            unset("destinations", endpoints(), "cannot set 'destinations' when 'protocols' is 'http' or 'https'"),
        ],
    )
    .entity_checks([http_matches()])
}

fn http_matches() -> EntityCheck {
    conditional_at_least_one_of(
        "protocols",
        matching().contains("https"),
        ["methods", "hosts", "headers", "paths", "snis"],
    )
    .then_err("must set one of %s when 'protocols' is 'https'")
    .otherwise(
        matching().contains("http"),
        ["methods", "hosts", "headers", "paths"],
        "must set one of %s when 'protocols' is 'http'",
    )
}

fn stream() -> Subschema {
    Subschema::new(
        "tcp",
        [
            unset(
                "methods",
                methods(),
                "cannot set 'methods' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'",
            ),
            unset("hosts", hosts(), "cannot set 'hosts' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'"),
            unset("paths", paths(), "cannot set 'paths' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'"),
            unset(
                "headers",
                headers(),
                "cannot set 'headers' when 'protocols' is 'tcp', 'tls', 'tls_passthrough' or 'udp'",
            ),
        ],
    )
    .entity_checks(stream_matches())
}

fn stream_matches() -> [EntityCheck; 2] {
    let terminated = matching().elements(string().one_of(["tcp", "tls", "udp"]));
    let passed_on = matching().elements(string().one_of(["tls_passthrough"]));
    [
        conditional_at_least_one_of("protocols", terminated, ["sources", "destinations", "snis"])
            .then_err("must set one of %s when 'protocols' is 'tcp', 'tls' or 'udp'"),
        conditional_at_least_one_of("protocols", passed_on, ["snis"])
            .then_err("must set snis when 'protocols' is 'tls_passthrough'"),
    ]
}

fn grpc() -> Subschema {
    let strip_path = boolean()
        .required()
        .default(false)
        .ne(true)
        .err("cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'");
    Subschema::new(
        "grpc",
        [
            field("strip_path").of(strip_path),
            unset("methods", methods(), "cannot set 'methods' when 'protocols' is 'grpc' or 'grpcs'"),
            unset("sources", endpoints(), "cannot set 'sources' when 'protocols' is 'grpc' or 'grpcs'"),
            unset("destinations", endpoints(), "cannot set 'destinations' when 'protocols' is 'grpc' or 'grpcs'"),
        ],
    )
    .entity_checks([grpc_matches()])
}

fn grpc_matches() -> EntityCheck {
    conditional_at_least_one_of("protocols", matching().contains("grpcs"), ["hosts", "headers", "paths", "snis"])
        .then_err("must set one of %s when 'protocols' is 'grpcs'")
        .otherwise(
            matching().contains("grpc"),
            ["hosts", "headers", "paths"],
            "must set one of %s when 'protocols' is 'grpc'",
        )
}

/// A field that routes of these protocols cannot have.
fn unset(name: &'static str, definition: Field, err: &'static str) -> Field {
    field(name).of(definition).eq(Value::Null).err(err)
}
