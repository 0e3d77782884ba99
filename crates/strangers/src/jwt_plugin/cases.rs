//! What an input means: a configuration, a token, and a proof.

use gibbon_jose::base64url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::world::{CONFIGURATIONS, ISSUER, NOW, holder, thumbprint};

/// The second byte from which on a token is not signed.
const UNSIGNED: u8 = 0x80;

/// See [`super::check`].
pub(super) struct Case<'b> {
    pub(super) configuration: usize,
    pub(super) signed: Signed<'b>,
    /// The claims of a proof; where there are none, there is no proof.
    pub(super) proof: &'b [u8],
}

/// What comes as a token.
pub(super) enum Signed<'b> {
    /// Bytes as they are.
    ByNobody(&'b [u8]),
    /// A header and claims with a right signature.
    ByUs { by: u8, header: &'b [u8], claims: &'b [u8] },
}

impl<'b> Case<'b> {
    pub(super) fn read(bytes: &'b [u8]) -> Option<Self> {
        let (&[configuration, by], rest) = bytes.split_first_chunk::<2>()?;
        let configuration = usize::from(configuration);
        if by >= UNSIGNED {
            return Some(Self { configuration, signed: Signed::ByNobody(rest), proof: b"" });
        }
        let mut parts = rest.splitn(3, |byte| *byte == 0);
        let header = parts.next()?;
        let (claims, proof) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        Some(Self { configuration, signed: Signed::ByUs { by, header, claims }, proof })
    }

    /// A proof with these claims, and the hash of the token for the one that says `ATH`.
    pub(super) fn proof(&self, token: &str) -> String {
        let hash = base64url::encode(&Sha256::digest(token.as_bytes()));
        let claims = String::from_utf8_lossy(self.proof).replace("ATH", &hash);
        let (signer, jwk) = holder();
        let header = json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": jwk }).to_string();
        signer.sign_raw(header.as_bytes(), claims.as_bytes()).expect("anything can be signed")
    }
}

/// An input in this form.
pub(super) fn input(configuration: u8, by: u8, parts: &[&[u8]]) -> Vec<u8> {
    [&[configuration, by][..], &parts.join(&0)].concat()
}

/// Right ones, for each configuration and each key, and tokens of nobody.
pub(super) fn examples() -> Vec<Vec<u8>> {
    let claims = |iss: &str, more: Value| {
        let mut all = json!({
            "iss": iss, "sub": "joe", "aud": ["api", "other"], "exp": NOW + 600, "nbf": NOW - 5, "iat": NOW - 5, "jti": "7",
            "scope": "orders:read orders:write", "org": { "id": "acme" }, "roles": ["a", "b"],
        });
        more.as_object().into_iter().flatten().for_each(|(name, value)| all[name] = value.clone());
        all.to_string().into_bytes()
    };
    let proof = json!({ "jti": "p", "htm": "GET", "htu": "https://api.example/orders", "iat": NOW, "ath": "ATH" });
    let proof = proof.to_string().into_bytes();
    let mut all = Vec::new();
    for configuration in 0..CONFIGURATIONS {
        for (by, alg, iss) in [(0, "HS256", "hs"), (1, "ES256", "es"), (2, "EdDSA", ISSUER), (0, "HS256", ISSUER)] {
            let header = json!({ "alg": alg, "typ": "JWT", "kid": iss }).to_string().into_bytes();
            let published = json!({ "alg": alg, "typ": "at+jwt", "kid": if by == 0 { "hs" } else { "ed" } });
            let header = if iss == ISSUER { published.to_string().into_bytes() } else { header };
            all.push(input(configuration, by, &[&header, &claims(iss, json!({}))]));
            let bound = claims(iss, json!({ "cnf": { "jkt": thumbprint() }, "jti": format!("{configuration}{by}") }));
            all.push(input(configuration, by, &[&header, &bound, &proof]));
        }
        let unsigned = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJocyIsInN1YiI6ImpvZSJ9.AAAA";
        all.push(input(configuration, UNSIGNED, &[unsigned.as_bytes()]));
        all.push(input(configuration, UNSIGNED, &[b"a=b; jwt=eyJhbGciOiJIUzI1NiJ9.e30.AAAA; jwt=e30.e30.e30"]));
    }
    all
}
