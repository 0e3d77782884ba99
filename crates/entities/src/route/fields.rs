//! The fields of a route.

use gibbon_schema::typedefs::{
    auto_timestamp_s, check_percent_encoding, has_path_chars, header_name, ip_or_cidr, no_empty_segments, port, sni,
    tags, utf8_name, uuid, wildcard_host,
};
use gibbon_schema::{Field, Rule, address, array_of, at_least_one_of, field, map_of, record, set_of, string};
use serde_json::json;

use super::flavor::Flavor;
use super::normal_path::normalize;
use crate::typedefs;

pub(super) fn fields(flavor: Flavor) -> Vec<Field> {
    let mut fields = common();
    fields.extend(matches(flavor));
    fields.extend((flavor == Flavor::Expressions).then(expression).into_iter().flatten());
    fields
}

/// The largest priority of an expression: numbers up to it stay exact in every client.
const MAX_PRIORITY: i64 = (1 << 46) - 1;

fn expression() -> [Field; 2] {
    [
        field("expression")
            .string()
            .describe("What must be true of a request, in the place of all the other conditions."),
        field("priority")
            .integer()
            .required()
            .default(0)
            .between(0, MAX_PRIORITY)
            .describe("Which of several matching expressions is taken: the highest."),
    ]
}

fn common() -> Vec<Field> {
    vec![
        field("id").of(uuid()).len_min(1),
        field("created_at").of(auto_timestamp_s()),
        field("updated_at").of(auto_timestamp_s()),
        field("name").of(utf8_name()).len_min(1),
        field("protocols").of(protocols()),
        field("https_redirect_status_code")
            .integer()
            .required()
            .default(426)
            .one_of([426, 301, 302, 307, 308])
            .describe("What a request is answered that matches in everything but TLS."),
        switch("strip_path", true, "Whether the matched prefix is left out of the path to the upstream."),
        switch("preserve_host", false, "Whether the upstream sees the client's `Host` header."),
        switch("request_buffering", true, "Whether request bodies are buffered."),
        switch("response_buffering", true, "Whether response bodies are buffered."),
        field("tags").of(tags()),
        field("service").foreign("services").describe("The service that requests go to."),
    ]
}

fn matches(flavor: Flavor) -> Vec<Field> {
    let name = match flavor {
        Flavor::Traditional => sni(),
        Flavor::TraditionalCompatible | Flavor::Expressions => wildcard_host(),
    };
    vec![
        field("snis").set_of(name).describe("Server names of TLS connections."),
        field("sources").of(endpoints()).describe("Where streams come from: addresses, ports or both."),
        field("destinations").of(endpoints()).describe("Where streams go to: addresses, ports or both."),
        field("methods").of(methods()),
        field("hosts").of(hosts()),
        field("paths").of(paths()),
        field("headers").of(headers()),
        field("regex_priority")
            .integer()
            .default(0)
            .describe("Which of several matching regular expressions is taken: the highest."),
        field("path_handling")
            .string()
            .default("v0")
            .one_of(["v0", "v1"])
            .describe("How the paths of service, route and request are put together."),
    ]
}

fn switch(name: &'static str, default: bool, description: &'static str) -> Field {
    field(name).boolean().required().default(default).describe(description)
}

fn protocols() -> Field {
    set_of(typedefs::protocol())
        .required()
        .len_min(1)
        .default(json!(["http", "https"]))
        .mutually_exclusive_subsets(
            [&["http", "https"][..], &["tcp", "tls", "udp"], &["tls_passthrough"], &["grpc", "grpcs"]]
                .map(|set| set.iter().copied()),
        )
        .describe("The protocols of requests.")
}

pub(super) fn endpoints() -> Field {
    let fields = [field("ip").of(ip_or_cidr()), field("port").of(port())];
    set_of(record(fields).entity_checks([at_least_one_of(["ip", "port"])]))
}

pub(super) fn methods() -> Field {
    set_of(string().match_pattern("^%u+$")).describe("Methods of requests, in capitals.")
}

pub(super) fn hosts() -> Field {
    let host = string()
        .match_all([Rule::new("^[^*]*%*?[^*]*$", "invalid wildcard: must have at most one wildcard")])
        .match_any(
            ["^%*%.", "%.%*$", "^[^*]*$"],
            Some("invalid wildcard: must be placed at leftmost or rightmost label"),
        )
        .check_str(check_host);
    array_of(host).describe("Hosts of requests; the first or last label may be `*`, a port may follow.")
}

/// A wildcard may stand for any label, so a name in its place must make a host.
fn check_host(host: &str) -> Result<(), String> {
    address::parse(&host.replace('*', "abc")).map(drop).map_err(address::AddressError::message)
}

pub(super) fn paths() -> Field {
    let path = string()
        .match_any(["^/", "^~/"], Some("should start with: / (fixed path) or ~/ (regex path)"))
        .match_none([no_empty_segments()])
        .check_str(check_path);
    array_of(path).describe("Prefixes of paths, and regular expressions after a `~`.")
}

fn check_path(path: &str) -> Result<(), String> {
    if let Some(pattern) = path.strip_prefix('~') {
        return check_pattern(pattern);
    }
    // What has other characters than a path cannot be told from a regular expression of old; it is taken literally.
    if has_path_chars(path) {
        check_percent_encoding(path)?;
    }
    let normal = normalize(path);
    if normal == path {
        return Ok(());
    }
    Err(format!("non-normalized path, consider use '{normal}' instead"))
}

fn check_pattern(pattern: &str) -> Result<(), String> {
    match fancy_regex::Regex::new(pattern) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("invalid regex: '{pattern}' ({})", in_one_line(&error.to_string()))),
    }
}

/// A reason that comes over several lines, with a drawing of the place, in one.
pub(super) fn in_one_line(reason: &str) -> String {
    let last = reason.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

pub(super) fn headers() -> Field {
    let name = header_name().match_none([Rule::new(
        "^[Hh][Oo][Ss][Tt]$",
        "cannot contain 'host' header, which must be specified in the 'hosts' attribute",
    )]);
    map_of(name, array_of(string())).describe("Headers of requests, each with the values of which one must be there.")
}
