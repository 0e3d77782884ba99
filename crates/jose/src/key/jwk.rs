//! JSON Web Keys (RFC 7517, members of each type in RFC 7518 section 6 and RFC 8037 section 2).

use serde_json::{Map, Value};

use super::{Curve, KeyError, Material, PublicKey, RsaKey, RsaUse};
use crate::{Algorithm, base64url};

/// The first byte of a point that has both coordinates (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

/// The two kinds of key material.
pub(crate) enum Jwk {
    Secret(Vec<u8>),
    Public(PublicKey),
}

impl Jwk {
    /// Reads a JWK that may verify signatures; `alg` is for [`algorithm`].
    pub(crate) fn parse(jwk: &Value) -> Result<Self, KeyError> {
        if !is_for_verifying(jwk) {
            return Err(KeyError::JwkUse);
        }
        match text(jwk, "kty")? {
            "oct" => Ok(Jwk::Secret(bytes(jwk, "k")?)),
            _ => Ok(Jwk::Public(PublicKey(material(jwk)?))),
        }
    }
}

/// The public members of an asymmetric key, whatever it is meant for.
pub(super) fn material(jwk: &Value) -> Result<Material, KeyError> {
    match text(jwk, "kty")? {
        "RSA" => Ok(Material::Rsa(RsaKey::new(&bytes(jwk, "n")?, &bytes(jwk, "e")?, RsaUse::Any)?)),
        "EC" => ec(jwk),
        "OKP" => edwards(jwk),
        other => Err(KeyError::Unsupported(other.to_owned())),
    }
}

/// The algorithm to bind a JWK to: the one that is asked for, which the JWK must not contradict, or its own.
pub(crate) fn algorithm(asked: Option<Algorithm>, jwk: &Value) -> Result<Algorithm, KeyError> {
    let own = match jwk.get("alg") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => {
            Some(Algorithm::from_name(name).ok_or_else(|| KeyError::Unsupported(name.chars().take(40).collect()))?)
        }
        Some(_) => return Err(KeyError::JwkMember("alg")),
    };
    match (asked, own) {
        (Some(asked), Some(own)) if asked != own => Err(KeyError::JwkAlgorithm { asked, own }),
        (Some(algorithm), _) | (None, Some(algorithm)) => Ok(algorithm),
        (None, None) => match Jwk::parse(jwk)? {
            // Of these the type of the key leaves no choice.
            Jwk::Public(key) if key.rsa_bits().is_none() => Ok(key.default_algorithm()),
            _ => Err(KeyError::NoAlgorithm),
        },
    }
}

/// `use` (RFC 7517 section 4.2) and `key_ops` (section 4.3), where they are there.
fn is_for_verifying(jwk: &Value) -> bool {
    let by_use = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let by_operations = jwk.get("key_ops").is_none_or(|operations| {
        operations.as_array().is_some_and(|list| list.iter().any(|operation| operation == "verify"))
    });
    by_use && by_operations
}

fn ec(jwk: &Value) -> Result<Material, KeyError> {
    let asked = text(jwk, "crv")?;
    let curve = [Curve::P256, Curve::P384, Curve::P521].into_iter().find(|curve| name(*curve) == asked);
    let curve = curve.ok_or_else(|| KeyError::Unsupported(asked.to_owned()))?;
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    // RFC 7518 section 6.2.1.2: as long as the field, leading zeros included.
    for (name, coordinate) in [("x", &x), ("y", &y)] {
        if coordinate.len() != curve.field_len() {
            return Err(KeyError::JwkMember(name));
        }
    }
    Ok(Material::Ec { curve, point: [vec![UNCOMPRESSED], x, y].concat() })
}

fn edwards(jwk: &Value) -> Result<Material, KeyError> {
    let key = || bytes(jwk, "x");
    match text(jwk, "crv")? {
        "Ed25519" => Ok(Material::Ed25519(key()?.try_into().map_err(|_| KeyError::JwkMember("x"))?)),
        "Ed448" => Ok(Material::Ed448(key()?.try_into().map_err(|_| KeyError::JwkMember("x"))?)),
        other => Err(KeyError::Unsupported(other.to_owned())),
    }
}

/// See [`PublicKey::to_jwk`].
pub(super) fn required_members(material: &Material) -> Option<Map<String, Value>> {
    let encoded = |bytes: &[u8]| base64url::encode(bytes);
    let members = match material {
        Material::Rsa(key) => {
            vec![("e", encoded(key.exponent())), ("kty", "RSA".into()), ("n", encoded(key.modulus()))]
        }
        Material::Ec { curve, point } => {
            let (x, y) = point.strip_prefix(&[UNCOMPRESSED])?.split_at_checked(curve.field_len())?;
            vec![("crv", name(*curve).into()), ("kty", "EC".into()), ("x", encoded(x)), ("y", encoded(y))]
        }
        Material::Ed25519(key) => vec![("crv", "Ed25519".into()), ("kty", "OKP".into()), ("x", encoded(key))],
        Material::Ed448(key) => vec![("crv", "Ed448".into()), ("kty", "OKP".into()), ("x", encoded(key))],
    };
    Some(members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect())
}

fn name(curve: Curve) -> &'static str {
    match curve {
        Curve::P256 => "P-256",
        Curve::P384 => "P-384",
        Curve::P521 => "P-521",
    }
}

fn text<'j>(jwk: &'j Value, name: &'static str) -> Result<&'j str, KeyError> {
    jwk.get(name).and_then(Value::as_str).ok_or(KeyError::JwkMember(name))
}

/// A member in base64url.
pub(super) fn bytes(jwk: &Value, name: &'static str) -> Result<Vec<u8>, KeyError> {
    base64url::decode(text(jwk, name)?.as_bytes()).map_err(|_| KeyError::JwkMember(name))
}
