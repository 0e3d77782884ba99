//! What can be said of an issuer that is asked about tokens.

use gibbon_schema::{Field, field as named, mutually_required, record, string};

use crate::jwt::issuers::check_url;

/// The field `introspection` of the plugin.
pub(in crate::jwt) fn field() -> Field {
    let fields = [
        named("endpoint")
            .string()
            .required()
            .check_str(check_url)
            .describe("The URL of the issuer's introspection endpoint."),
        named("client_id").string().referenceable().describe("The name that the gateway has there."),
        named("client_secret").string().encrypted().referenceable().describe("The secret that belongs to it."),
        named("tokens").of(string().one_of(["opaque", "all"])).default("opaque").describe(
            "Whether it is asked about tokens that are no JWT, or also about those whose signature is right.",
        ),
        named("cache_ttl").integer().between(0, 3600).default(60).describe(
            "For how many seconds an answer counts, though never after the token's `exp`; 0 has it asked each time.",
        ),
        named("timeout").integer().between(1, 60_000).default(3000).describe("How many milliseconds a request waits."),
    ];
    let whole = record(fields).entity_checks([mutually_required(["client_id", "client_secret"])]);
    named("introspection")
        .of(whole)
        .absent_while_unset()
        .describe("The issuer that is asked whether tokens are good (RFC 7662).")
}
