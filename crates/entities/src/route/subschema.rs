//! What is special about routes of each family of protocols. The first protocol of a route decides.

use gibbon_schema::{EntityCheck, Field, Subschema, boolean, conditional_at_least_one_of, field, matching, string};
use serde_json::Value;

use super::fields::{endpoints, headers, hosts, methods, paths};
use super::flavor::Flavor;

pub(super) fn all(flavor: Flavor) -> [(&'static [&'static str], Subschema); 3] {
    [
        (&["http", "https"], http(flavor)),
        (&["tcp", "tls", "udp", "tls_passthrough"], stream(flavor)),
        (&["grpc", "grpcs"], grpc(flavor)),
    ]
}

/// The conditions of which a route needs one. Where there are expressions, one of these is enough.
fn conditions<const N: usize>(flavor: Flavor, names: [&'static str; N]) -> impl Iterator<Item = &'static str> {
    names.into_iter().chain((flavor == Flavor::Expressions).then_some("expression"))
}

/// Where a request comes from and goes to is a condition only in the flavour that can ask for it.
fn no_ends(flavor: Flavor, protocols: Protocols) -> Vec<Field> {
    let (sources, destinations) = match protocols {
        Protocols::Http => (
            "cannot set 'sources' when 'protocols' is 'http' or 'https'",
            "cannot set 'destinations' when 'protocols' is 'http' or 'https'",
        ),
        Protocols::Grpc => (
            "cannot set 'sources' when 'protocols' is 'grpc' or 'grpcs'",
            "cannot set 'destinations' when 'protocols' is 'grpc' or 'grpcs'",
        ),
    };
    match flavor {
        Flavor::Expressions => Vec::new(),
        Flavor::TraditionalCompatible | Flavor::Traditional => {
            vec![unset("sources", endpoints(), sources), unset("destinations", endpoints(), destinations)]
        }
    }
}

/// The families of protocols that carry requests.
#[derive(Clone, Copy)]
enum Protocols {
    Http,
    Grpc,
}

fn http(flavor: Flavor) -> Subschema {
    Subschema::new("http", no_ends(flavor, Protocols::Http)).entity_checks([http_matches(flavor)])
}

fn http_matches(flavor: Flavor) -> EntityCheck {
    conditional_at_least_one_of(
        "protocols",
        matching().contains("https"),
        conditions(flavor, ["methods", "hosts", "headers", "paths", "snis"]),
    )
    .then_err("must set one of %s when 'protocols' is 'https'")
    .otherwise(
        matching().contains("http"),
        conditions(flavor, ["methods", "hosts", "headers", "paths"]),
        "must set one of %s when 'protocols' is 'http'",
    )
}

fn stream(flavor: Flavor) -> Subschema {
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
    .entity_checks(stream_matches(flavor))
}

fn stream_matches(flavor: Flavor) -> [EntityCheck; 2] {
    let terminated = matching().elements(string().one_of(["tcp", "tls", "udp"]));
    let passed_on = matching().elements(string().one_of(["tls_passthrough"]));
    [
        conditional_at_least_one_of("protocols", terminated, conditions(flavor, ["sources", "destinations", "snis"]))
            .then_err("must set one of %s when 'protocols' is 'tcp', 'tls' or 'udp'"),
        conditional_at_least_one_of("protocols", passed_on, conditions(flavor, ["snis"]))
            .then_err("must set snis when 'protocols' is 'tls_passthrough'"),
    ]
}

fn grpc(flavor: Flavor) -> Subschema {
    let strip_path = boolean()
        .required()
        .default(false)
        .ne(true)
        .err("cannot set 'strip_path' when 'protocols' is 'grpc' or 'grpcs'");
    let mut fields = vec![
        field("strip_path").of(strip_path),
        unset("methods", methods(), "cannot set 'methods' when 'protocols' is 'grpc' or 'grpcs'"),
    ];
    fields.extend(no_ends(flavor, Protocols::Grpc));
    Subschema::new("grpc", fields).entity_checks([grpc_matches(flavor)])
}

fn grpc_matches(flavor: Flavor) -> EntityCheck {
    conditional_at_least_one_of(
        "protocols",
        matching().contains("grpcs"),
        conditions(flavor, ["hosts", "headers", "paths", "snis"]),
    )
    .then_err("must set one of %s when 'protocols' is 'grpcs'")
    .otherwise(
        matching().contains("grpc"),
        conditions(flavor, ["hosts", "headers", "paths"]),
        "must set one of %s when 'protocols' is 'grpc'",
    )
}

/// A field that routes of these protocols cannot have.
fn unset(name: &'static str, definition: Field, err: &'static str) -> Field {
    field(name).of(definition).eq(Value::Null).err(err)
}
