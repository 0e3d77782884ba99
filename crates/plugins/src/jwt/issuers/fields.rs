//! What can be said of an issuer.

use gibbon_jose::{Algorithm, JwkSet, SetLimits};
use gibbon_schema::{Field, array_of, field as named, mutually_exclusive, only_one_of, record, string};

use super::location::check_url;
use super::owner::By;

/// How many issuers one configuration may have.
const MOST: usize = 64;

/// The field `issuers` of the plugin.
pub(in crate::jwt) fn field() -> Field {
    named("issuers")
        .of(array_of(issuer()).len_max(MOST))
        .absent_while_unset()
        .describe("Whose tokens are accepted by the keys that their issuers publish, without a credential for each.")
}

/// The field `thumbprints` of whoever has its keys published.
pub(in crate::jwt) fn thumbprints() -> Field {
    named("thumbprints")
        .set_of(string().check_str(check_thumbprint))
        .describe("The thumbprints (RFC 7638, SHA-256, base64url) of the only keys that are used.")
}

fn issuer() -> Field {
    let algorithms = Algorithm::ALL.map(Algorithm::as_str);
    let fields = [
        named("issuer").string().required().describe("The claim `iss` of its tokens."),
        named("audiences").set_of(string()).describe("One of these must be among the token's `aud`."),
        named("jwks_uri").string().check_str(check_url).describe("The URL of its JWK Set."),
        named("discovery").string().check_str(check_url).describe(
            "Its URL, below which /.well-known/openid-configuration says where the set is; or the URL of such a document.",
        ),
        named("jwks").string().check_str(check_set).describe("The JWK Set itself, as JSON in a string."),
        named("key_set").string().describe("The name or id of a key set of the gateway, whose keys these are."),
        named("algorithms").set_of(string().one_of(algorithms)).describe(
            "The algorithms that its tokens may be signed with. Without it all but HS*; an RSA key that names none is for \
             RS256 then.",
        ),
        thumbprints(),
        named("consumer").string().describe("The id or username of the consumer that all its tokens are of."),
        named("consumer_claim").string().describe("The claim that names the consumer; a path with dots for a nested one."),
        named("consumer_by").string().one_of(By::ALL).default("username").describe("What that claim holds."),
    ];
    record(fields).entity_checks([
        only_one_of(["jwks_uri", "discovery", "jwks", "key_set"]),
        mutually_exclusive(["consumer", "consumer_claim"]),
    ])
}

/// Whether a text is a set of which at least one key can be read.
fn check_set(text: &str) -> Result<(), String> {
    let set = JwkSet::parse(text.as_bytes(), &SetLimits::default()).map_err(|error| error.to_string())?;
    match (set.keys(), set.left_out()) {
        ([], [first, ..]) => Err(format!("no key of the set can be used: {}", first.reason)),
        ([], []) => Err("the set has no keys".to_owned()),
        _ => Ok(()),
    }
}

fn check_thumbprint(text: &str) -> Result<(), String> {
    let is_one =
        text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_one { Ok(()) } else { Err("must be a thumbprint with SHA-256 in base64url, of 43 characters".to_owned()) }
}
