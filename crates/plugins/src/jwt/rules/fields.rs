//! What rules can be configured.

use gibbon_schema::{Field, at_least_one_of, field, string};
use serde_json::json;

use super::{claim_path, expression, scopes};

/// The fields of the rules. All of them are Gibbon's own.
pub(in crate::jwt) fn fields() -> Vec<Field> {
    let fields = [
        list("audiences").describe("Of these a token's `aud` must name at least one."),
        list("allowed_issuers").describe("A token's `iss` must be one of these."),
        field("required_claims")
            .set_of(string().check_str(claim_path::check))
            .len_min(1)
            .len_max(MOST)
            .describe("The claims that a token must have, whatever their values; `a.b` is `b` in `a`."),
        list("token_types").describe("The types of which a token's header must name one, such as `at+jwt`."),
        field("scopes")
            .record(scope_fields())
            .entity_checks([at_least_one_of(["any", "all"])])
            .describe("The scopes that a token must have. Without them it is answered with 403."),
        field("max_age").number().gt(0).describe("How many seconds ago a token may have been issued, by `iat`."),
        field("leeway")
            .number()
            .between(0, 600)
            .describe("By how many seconds clocks may differ, where `exp`, `nbf` and `iat` are looked at."),
        field("claims_rule")
            .string()
            .len_max(4096)
            .check_str(expression::check)
            .describe("A CEL expression over `claims`, `header` and `request` that must be true."),
    ];
    fields.into_iter().map(Field::absent_while_unset).collect()
}

fn scope_fields() -> [Field; 3] {
    let scopes = || string().check_str(scopes::check);
    [
        field("any").set_of(scopes()).len_max(MOST).describe("One of these is enough."),
        field("all").set_of(scopes()).len_max(MOST).describe("All of these are needed."),
        field("claims")
            .set_of(string().check_str(claim_path::check))
            .default(json!(["scope", "scp"]))
            .len_max(MOST)
            .describe("The claims that list them, as words of a text or as an array; `a.b` is `b` in `a`."),
    ]
}

/// The most elements of a list: each is looked for on each request.
const MOST: usize = 64;

fn list(name: &'static str) -> Field {
    field(name).set_of(string().len_min(1)).len_min(1).len_max(MOST)
}
