//! What can be configured of what upstreams are told.

use gibbon_schema::{Field, field, record, string};
use serde_json::json;

use super::claim_header;
use crate::jwt::rules::check_claim_path;

/// The fields. All of them are Gibbon's own.
pub(in crate::jwt) fn fields() -> Vec<Field> {
    let claim = || string().check_str(check_claim_path);
    let header =
        record([
            field("claim").of(claim()).required().describe("The claim; `a.b` is `b` in `a`."),
            field("header").of(string().check_str(claim_header::check)).required().describe("The header."),
            field("form").string().one_of(["text", "json"]).default("text").describe(
                "Whether texts, numbers and lists of them are written as they are, or all as JSON in base64url.",
            ),
        ]);
    let mapping = [
        field("claim").of(claim()).required().describe("The claim that names the consumer; `a.b` is `b` in `a`."),
        field("by")
            .set_of(string().one_of(["id", "username", "custom_id"]))
            .default(json!(["username", "custom_id"]))
            .len_min(1)
            .describe("What consumers are found by, one after the other."),
        field("unknown").string().one_of(["refuse", "credential", "virtual"]).default("refuse").describe(
            "What a token becomes that names nobody: refused, its credential's, or one of a virtual consumer.",
        ),
    ];
    let fields = [
        field("claims_to_headers").array_of(header).len_min(1).len_max(32).describe(
            "The claims that upstreams are told, and in which headers. What clients send there is taken away.",
        ),
        field("hide_credentials").boolean().describe("Whether the token is taken out of what the upstream gets."),
        field("consumer_mapping")
            .record(mapping)
            .describe("The consumer that a claim names, instead of the credential's."),
        field("groups_claim")
            .of(claim())
            .describe("The claim that lists the groups that `acl` and upstreams are told of."),
    ];
    fields.into_iter().map(Field::absent_while_unset).collect()
}
