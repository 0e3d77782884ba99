//! The configurations that tokens are tried in, and the keys that are ours.

use gibbon_jose::sign::Signer;
use gibbon_jose::{Algorithm, PublicKey, PublishedKey, base64url};
use gibbon_plugin_api::Handler;
use gibbon_testkit::PluginAlone;
use serde_json::{Value, json};

/// When all this happens, in seconds since 1970.
pub(super) const NOW: i64 = 1_800_000_000;

/// The issuer whose keys are published.
pub(super) const ISSUER: &str = "https://issuer.example";

/// How many configurations there are.
pub(super) const CONFIGURATIONS: u8 = 8;

const SECRET: &[u8] = b"a secret that no input can know, since it is not in any";
const P256: &str = include_str!("../../../plugins/tests/keys/p256.pem");
const ED25519: &str = include_str!("../../../plugins/tests/keys/ed25519.pem");

/// Where a bound token is good for one request only.
const BOUND: usize = 5;
const ONCE: usize = 7;
/// Where all are let through, with a warning.
const WARNING: usize = 6;

thread_local! {
    pub(super) static WORLD: World = World::new();
}

/// One worker with a plugin of each configuration.
pub(super) struct World {
    pub(super) alone: PluginAlone,
    plugins: Vec<Box<dyn Handler>>,
}

impl World {
    fn new() -> Self {
        let mut alone = PluginAlone::new(gibbon_plugins::registry::registry());
        let ann = alone.put("consumers", json!({ "username": "ann", "custom_id": "joe" }));
        let public = |private| PublicKey::of_private_pem(private).expect("a key");
        let pem = include_str!("../../../plugins/tests/keys/p256.public.pem");
        let secret = std::str::from_utf8(SECRET).expect("text");
        for credential in [
            json!({ "key": "hs", "secret": secret }),
            json!({ "key": "es", "algorithm": "ES256", "rsa_public_key": pem }),
        ] {
            let mut credential = credential;
            credential["consumer"] = json!({ "id": ann });
            alone.put("jwt_secrets", credential);
        }
        for revoked in [
            json!({ "by": "jti", "value": "revoked" }),
            json!({ "by": "everything", "issued_before": NOW - 1_000_000 }),
        ] {
            alone.put("jwt_revocations", revoked);
        }
        alone.publish();
        let mut edward = public(ED25519).to_jwk().expect("a JWK");
        edward.insert("kid".to_owned(), "ed".into());
        let set = json!({ "keys": [edward, { "kty": "oct", "kid": "hs", "k": base64url::encode(SECRET) }] });
        let configured = |config| alone.configured("jwt", config);
        let plugins = configurations(&set.to_string()).into_iter().map(configured).collect();
        Self { alone, plugins }
    }

    pub(super) fn plugin(&self, number: usize) -> &dyn Handler {
        &*self.plugins[number % self.plugins.len()]
    }

    pub(super) fn counts_uses(&self, number: usize) -> bool {
        matches!(number % self.plugins.len(), BOUND | ONCE)
    }

    pub(super) fn lets_through(&self, number: usize) -> bool {
        number % self.plugins.len() == WARNING
    }
}

fn configurations(set: &str) -> [Value; CONFIGURATIONS as usize] {
    let rules = json!({
        "claims_to_verify": ["exp", "nbf"], "audiences": ["api"], "allowed_issuers": ["hs", "es"],
        "required_claims": ["org.id", "sub"], "scopes": { "any": ["orders:read"] },
        "token_types": ["JWT", "at+jwt"], "max_age": 3600, "leeway": 5,
        "claims_rule": "claims.sub.startsWith('j') && (!has(claims.roles) || claims.roles.all(r, size(r) < 9)) && request.method == 'GET'",
    });
    let upstream = json!({
        "claims_to_headers": [
            { "claim": "org.id", "header": "X-Org" },
            { "claim": "roles", "header": "X-Roles", "form": "json" },
        ],
        "consumer_mapping": { "claim": "sub", "by": ["custom_id"], "unknown": "virtual" },
        "groups_claim": "roles", "hide_credentials": true, "cookie_names": ["jwt", "a"],
    });
    let issuers = json!({
        "issuers": [{ "issuer": ISSUER, "jwks": set, "audiences": ["api"], "algorithms": ["EdDSA", "HS256"] }],
    });
    let usual = json!({
        "claims_to_verify": ["exp", "nbf"], "maximum_expiration": 3600, "realm": "r", "key_claim_name": "iss",
        "cookie_names": ["jwt", "a"], "header_names": ["authorization", "cookie"],
    });
    let all = [&rules, &upstream, &issuers].into_iter().fold(json!({}), with);
    [
        json!({}),
        usual,
        rules,
        upstream,
        issuers,
        json!({ "bound_tokens": "accepted" }),
        with(all.clone(), &json!({ "enforcement": "warn", "log_decisions": true, "bound_tokens": "required" })),
        with(all, &json!({ "single_use": "node", "allowed_issuers": null, "key_claim_name": "kid" })),
    ]
}

fn with(mut base: Value, more: &Value) -> Value {
    more.as_object().expect("an object").iter().for_each(|(name, value)| base[name] = value.clone());
    base
}

/// Who signs, by a number: each of our keys, in turn.
pub(super) fn signer(number: u8) -> Signer {
    let signer = match number % 3 {
        0 => Signer::from_secret(Algorithm::HS256, SECRET),
        1 => Signer::from_pem(Algorithm::ES256, P256),
        _ => Signer::from_pem(Algorithm::EdDSA, ED25519),
    };
    signer.expect("a key")
}

/// The key that proofs are signed with.
pub(super) fn holder() -> (Signer, Value) {
    let public = PublicKey::of_private_pem(P256).expect("a key").to_jwk().expect("a JWK");
    (signer(1), Value::Object(public))
}

/// The thumbprint of [`holder`].
pub(super) fn thumbprint() -> String {
    PublishedKey::from_jwk(&holder().1).expect("a key").thumbprint().expect("it is public")
}
