use gibbon_jose::{Algorithm, Verifier};
use gibbon_schema::Object;

use super::{Rule, Subject, Told};
use crate::KEYS;
use crate::finding::Severity;

pub(super) const RULE: Rule =
    Rule { code: "weak-key", severity: Severity::Warning, subject: Subject::Record(KEYS, check), told: Told::AtOnce };

/// What a secret that is kept elsewhere begins with; it says nothing of the secret.
const REFERENCE: &str = "{vault://";

fn check(record: &Object) -> Option<String> {
    let text = |field: &str| record.get(field)?.as_str().filter(|text| !text.starts_with(REFERENCE));
    let algorithm: Algorithm = text("algorithm")?.parse().ok()?;
    let verifier = if algorithm.is_symmetric() {
        Verifier::from_secret(algorithm, text("secret")?.as_bytes())
    } else {
        Verifier::from_pem(algorithm, text("rsa_public_key")?)
    };
    let weakness = verifier.ok()?.weakness()?;
    Some(format!("{weakness}, so that tokens can be forged by who guesses it; replace it by a longer one"))
}
