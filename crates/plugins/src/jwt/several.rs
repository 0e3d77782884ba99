//! A credential with several keys, or with a key that is not for ever: one key follows another without a moment in which
//! tokens of either are refused.

use std::sync::OnceLock;

use gibbon_entities::{Body, BodyError};
use gibbon_jose::{Algorithm, JwkSet, KeyError, Policy, PublicKey, PublishedKey, Unusable, Validity, base64url};
use gibbon_schema::{Field, Object, array_of, field as named, only_one_of, record};
use serde_json::Value;
use uuid::Uuid;

use super::credential::SecretEncoding;
use super::issuers::{Keyring, Label, Sources, Unnamed};

/// How many further keys a credential may have.
const MOST: usize = 16;

/// The keys of one credential.
pub(super) struct SeveralKeys {
    keys: Vec<WrittenKey>,
    /// Made when the first token comes, once for each way of reading secrets.
    plain: OnceLock<Keyring>,
    decoded: OnceLock<Keyring>,
}

/// A key as it is written.
struct WrittenKey {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    /// A secret, or the PEM of a public key.
    text: Box<str>,
    validity: Validity,
}

/// The fields of a credential that this takes.
pub(super) fn fields() -> [Field; 3] {
    let further = record([
        named("kid").string().describe("What the header of its tokens may name it by."),
        named("algorithm")
            .string()
            .one_of(Algorithm::ALL.map(Algorithm::as_str))
            .describe("The one algorithm of its tokens; that of the credential if none is given."),
        named("secret").string().secret().describe("The secret of HS256, HS384 and HS512."),
        named("rsa_public_key").string().describe("The public key of all other algorithms, as PEM."),
        not_before(),
        not_after(),
    ]);
    let further = further.entity_checks([only_one_of(["secret", "rsa_public_key"])]);
    [
        named("keys")
            .of(array_of(further).len_max(MOST))
            .absent_while_unset()
            .describe("Further keys of the credential."),
        not_before().absent_while_unset(),
        not_after().absent_while_unset(),
    ]
}

fn not_before() -> Field {
    named("not_before").integer().gt(0).describe("From when on the key is used, in seconds since 1970.")
}

fn not_after() -> Field {
    named("not_after").integer().gt(0).describe("From when on it is not used any more, in seconds since 1970.")
}

/// What is wrong with the further keys of a record, if anything is.
pub(super) fn check(body: &Object, usual: Algorithm) -> Result<(), String> {
    let body = Body::new(body);
    for (place, entry) in body.elements("keys").unwrap_or_default().iter().enumerate() {
        let number = place + 1;
        let Some(key) = entry.as_object().and_then(|entry| WrittenKey::read(Body::new(entry), usual).ok().flatten())
        else {
            return Err(format!("keys: key {number} has not what its algorithm works with"));
        };
        key.check().map_err(|reason| format!("keys: key {number}: {reason}"))?;
    }
    Ok(())
}

impl SeveralKeys {
    /// `None` where a credential has one key, for ever.
    pub(super) fn read(body: Body<'_>, algorithm: Algorithm) -> Result<Option<Self>, BodyError> {
        let further = body.elements("keys")?;
        if further.is_empty() && body.get("not_before").is_none() && body.get("not_after").is_none() {
            return Ok(None);
        }
        let mut keys: Vec<_> = WrittenKey::read(body, algorithm)?.into_iter().collect();
        for entry in further.iter().filter_map(Value::as_object) {
            keys.extend(WrittenKey::read(Body::new(entry), algorithm)?);
        }
        Ok(Some(Self { keys, plain: OnceLock::new(), decoded: OnceLock::new() }))
    }

    /// The keys, with their secrets read in one of two ways.
    pub(super) fn keyring(&self, id: Uuid, encoding: SecretEncoding, sources: &Sources) -> &Keyring {
        let ring = match encoding {
            SecretEncoding::Plain => &self.plain,
            SecretEncoding::Base64Url => &self.decoded,
        };
        ring.get_or_init(|| {
            let set: JwkSet = self.keys.iter().filter_map(|key| key.publish(encoding).ok()).collect();
            let algorithms = self.keys.iter().map(|key| key.algorithm).collect();
            let policy = Policy { algorithms: Some(algorithms), ..Policy::default() };
            sources.noted(Label::Credential(id), Keyring::fixed(&set, policy, Unnamed::IsTried))
        })
    }
}

impl WrittenKey {
    /// The key in a record; none where it is not there.
    fn read(body: Body<'_>, usual: Algorithm) -> Result<Option<Self>, BodyError> {
        let algorithm = body.parsed_or("algorithm", usual)?;
        let text = body.boxed(if algorithm.is_symmetric() { "secret" } else { "rsa_public_key" })?;
        let time = |field| body.get(field).and_then(Value::as_i64);
        let validity = Validity { not_before: time("not_before"), not_after: time("not_after") };
        let kid = body.boxed("kid")?;
        Ok(text.map(|text| Self { kid, algorithm, text, validity }))
    }

    fn publish(&self, encoding: SecretEncoding) -> Result<PublishedKey, KeyError> {
        let kid = self.kid.as_deref();
        let key = match (self.algorithm.is_symmetric(), encoding) {
            (false, _) => PublishedKey::public(kid, PublicKey::from_pem(&self.text)?),
            (true, SecretEncoding::Plain) => PublishedKey::secret(kid, self.text.as_bytes()),
            (true, SecretEncoding::Base64Url) => {
                let secret = base64url::decode_secret(&self.text).map_err(|_| KeyError::SecretEncoding)?;
                PublishedKey::secret(kid, &secret)
            }
        };
        Ok(key.for_algorithm(self.algorithm).within(self.validity))
    }

    fn check(&self) -> Result<(), String> {
        if let Validity { not_before: Some(from), not_after: Some(until) } = self.validity
            && until <= from
        {
            return Err("not_after is not behind not_before".to_owned());
        }
        let key = self.publish(SecretEncoding::Plain).map_err(|error| error.to_string())?;
        let keys = JwkSet::from_iter([key]).bind(&Policy::only(self.algorithm));
        keys.left_out().first().map_or(Ok(()), |out| Err(Unusable::to_string(&out.reason)))
    }
}
