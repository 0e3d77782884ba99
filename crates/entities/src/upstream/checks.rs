//! What the fields about hashing say about each other.

use gibbon_schema::{EntityCheck, Field, conditional, distinct, matching};

pub(super) fn checks() -> Vec<EntityCheck> {
    vec![
        needs("hash_on", "^header$", "hash_on_header"),
        needs("hash_fallback", "^header$", "hash_fallback_header"),
        needs("hash_on", "^cookie$", "hash_on_cookie"),
        needs("hash_fallback", "^cookie$", "hash_on_cookie"),
        // A second choice without a first means nothing, and a cookie is made where there is none.
        falls_back("^none$", &["none"]),
        falls_back("^cookie$", &["none"]),
        // Headers and parameters may be both, of different names; what is the same in all is no second choice.
        falls_back("^consumer$", &["none", "ip", "header", "cookie", "path", "query_arg", "uri_capture"]),
        falls_back("^ip$", &["none", "consumer", "header", "cookie", "path", "query_arg", "uri_capture"]),
        falls_back("^path$", &["none", "consumer", "header", "cookie", "query_arg", "ip", "uri_capture"]),
        distinct(["hash_on_header", "hash_fallback_header"]),
        needs("hash_on", "^query_arg$", "hash_on_query_arg"),
        needs("hash_fallback", "^query_arg$", "hash_fallback_query_arg"),
        distinct(["hash_on_query_arg", "hash_fallback_query_arg"]),
        needs("hash_on", "^uri_capture$", "hash_on_uri_capture"),
        needs("hash_fallback", "^uri_capture$", "hash_fallback_uri_capture"),
        distinct(["hash_on_uri_capture", "hash_fallback_uri_capture"]),
    ]
}

fn needs(field: &'static str, input: &'static str, needed: &'static str) -> EntityCheck {
    conditional(field, is(input), needed, matching().required())
}

fn falls_back(input: &'static str, choices: &[&'static str]) -> EntityCheck {
    conditional("hash_on", is(input), "hash_fallback", matching().one_of(choices.iter().copied()))
}

fn is(input: &'static str) -> Field {
    matching().match_pattern(input)
}
