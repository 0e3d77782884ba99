//! Any token, cookie or proof through the whole `jwt` plugin, in configurations that use all that it has: no panic, no answer
//! but 401 and 403, the same answer twice, and nobody is let in by a signature that is not ours.

mod cases;
pub mod growth;
mod world;

use gibbon_plugin_api::{Headers, RequestHead, Target};
use http::{HeaderValue, Method, Version};
use serde_json::Value;

use crate::{Inputs, mutation};
use cases::{Case, Signed};
use world::{NOW, WORLD};

/// The first byte of an input chooses the configuration, the second what is signed and by whom; then come the parts of the token
/// and of a proof, with NUL between them.
///
/// Panics where what the module says does not hold.
pub fn check(bytes: &[u8]) {
    let Some(case) = Case::read(bytes) else { return };
    let Some(sent) = Sent::of(&case) else { return };
    WORLD.with(|world| {
        let plugin = world.plugin(case.configuration);
        let explained = world.alone.explain(plugin, sent.head(), NOW);
        let mut passes = [false; 2];
        for passed in &mut passes {
            let met = world.alone.send(plugin, sent.head(), NOW);
            let status = met.reply.as_ref().map(|reply| reply.status.as_u16());
            assert!(matches!(status, None | Some(401 | 403)), "{status:?}");
            *passed = status.is_none();
        }
        // A proof and a token for one request are good once, and an explanation looks at no proof.
        if !world.counts_uses(case.configuration) {
            assert_eq!(passes[0], passes[1]);
        }
        if passes[0] && !world.lets_through(case.configuration) {
            assert!(explained.is_none(), "it is told that this is refused");
            let Signed::ByUs { claims, .. } = &case.signed else { panic!("nobody has signed this") };
            let claims: Value = serde_json::from_slice(claims).expect("what is accepted is JSON");
            assert!(claims.is_object(), "these are no claims");
        }
    });
}

/// The fields of a request.
struct Sent {
    target: Target,
    fields: Vec<(&'static str, HeaderValue)>,
}

impl Sent {
    /// `None` where no request can be like that.
    fn of(case: &Case<'_>) -> Option<Self> {
        let mut fields = vec![("host", HeaderValue::from_static("api.example"))];
        let target = match &case.signed {
            Signed::ByNobody(bytes) => {
                let value = HeaderValue::from_bytes(bytes).ok()?;
                fields.extend([("authorization", value.clone()), ("cookie", value)]);
                format!("/orders?jwt={}", String::from_utf8_lossy(bytes))
            }
            Signed::ByUs { by, header, claims } => {
                let token = world::signer(*by).sign_raw(header, claims).ok()?;
                let scheme = if case.proof.is_empty() { "Bearer" } else { "DPoP" };
                fields.push(("authorization", HeaderValue::try_from(format!("{scheme} {token}")).ok()?));
                if !case.proof.is_empty() {
                    fields.push(("dpop", HeaderValue::try_from(case.proof(&token)).ok()?));
                }
                "/orders".to_owned()
            }
        };
        let target = target.parse().or_else(|_| "/orders".parse()).ok()?;
        Some(Self { target, fields })
    }

    fn head(&self) -> RequestHead {
        let mut headers = Headers::default();
        self.fields.iter().for_each(|(name, value)| headers.append(*name, value.clone()));
        RequestHead::new(Method::GET, self.target.clone(), Version::HTTP_11, headers)
    }
}

const WORDS: &[&[u8]] = &[
    b"\0",
    b"\"exp\":1e400,",
    b"\"exp\":\"soon\",",
    b"\"aud\":[\"api\",{}],",
    b"\"scope\":[\"orders:read\",7],",
    b"\"iss\":[\"hs\"],",
    b"\"cnf\":{\"jkt\":7},",
    b"\"org\":[{\"id\":\"\\r\\n\"}],",
    b"\"kid\":\"..\",",
    b"\"crit\":[\"b64\"],",
    b"\"alg\":\"none\",",
    b"\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"},",
    b"\\u0000",
    b"[[[[[[[[[[",
    b"null",
    b".",
    b"jwt=",
    b"Bearer ",
];

/// Cases of each configuration and each way to sign, right but for some changes.
pub fn inputs() -> Inputs {
    mutation::of(cases::examples(), WORDS)
}

#[cfg(test)]
mod tests;
