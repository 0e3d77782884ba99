//! The ASN.1 structures around public keys.

use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Reader, SliceReader, Tag};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{Curve, KeyError, Material, PublicKey, RsaKey, RsaUse, pss};

/// RFC 8017 appendix A.1.
pub(super) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 8017 appendix A.2.3.
pub(super) const RSASSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
/// RFC 5480 section 2.1.1.
pub(super) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 8410 section 3.
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 8410 section 3.
pub(super) const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
/// RFC 5480 section 2.1.1.1.
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// What a `PUBLIC KEY` block holds (RFC 5280 section 4.1.2.7).
pub(super) fn subject_public_key_info(der: &[u8]) -> Result<PublicKey, KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyError::Malformed("the public key"))?;
    public_key(&info)
}

/// The public key of a certificate (RFC 5280 section 4.1); nothing else in it is looked at or believed.
pub(super) fn certificate(der: &[u8]) -> Result<PublicKey, KeyError> {
    let info = certified_key(der).map_err(|_| KeyError::Malformed("the certificate"))?;
    public_key(&info)
}

/// An `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(super) fn rsa_public_key(der: &[u8], usage: RsaUse) -> Result<RsaKey, KeyError> {
    let (modulus, exponent) = two_integers(der).map_err(|_| KeyError::Malformed("the RSA public key"))?;
    RsaKey::new(modulus.as_bytes(), exponent.as_bytes(), usage)
}

/// The curve that an algorithm identifier names in its parameters.
pub(super) fn named_curve(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<Curve, KeyError> {
    // Parameters that spell a curve out instead of naming it are how CVE-2020-0601 was done.
    let named =
        algorithm.parameters_oid().map_err(|_| KeyError::Unsupported("EC with explicit parameters".to_owned()))?;
    curve(named)
}

/// The curve of an object identifier.
pub(super) fn curve(oid: ObjectIdentifier) -> Result<Curve, KeyError> {
    match oid {
        P256 => Ok(Curve::P256),
        P384 => Ok(Curve::P384),
        P521 => Ok(Curve::P521),
        other => Err(KeyError::Unsupported(other.to_string())),
    }
}

fn public_key(info: &SubjectPublicKeyInfoRef<'_>) -> Result<PublicKey, KeyError> {
    let key = info.subject_public_key.as_bytes().ok_or(KeyError::Malformed("the public key"))?;
    let material = match info.algorithm.oid {
        RSA_ENCRYPTION => Material::Rsa(rsa_public_key(key, RsaUse::Any)?),
        RSASSA_PSS => Material::Rsa(rsa_public_key(key, pss::usage(&info.algorithm)?)?),
        EC_PUBLIC_KEY => Material::Ec { curve: named_curve(&info.algorithm)?, point: key.to_vec() },
        ED25519 => Material::Ed25519(key.try_into().map_err(|_| KeyError::Malformed("the Ed25519 key"))?),
        ED448 => Material::Ed448(key.try_into().map_err(|_| KeyError::Malformed("the Ed448 key"))?),
        other => return Err(KeyError::Unsupported(other.to_string())),
    };
    Ok(PublicKey(material))
}

fn certified_key(der: &[u8]) -> der::Result<SubjectPublicKeyInfoRef<'_>> {
    let mut reader = SliceReader::new(der)?;
    let info = reader.sequence(|certificate| {
        let info = certificate.sequence(|to_be_signed| {
            let explicit_version = Tag::peek(to_be_signed)?.is_context_specific();
            // Version where there is one, serial number, algorithm, issuer, validity, subject.
            skip(to_be_signed, if explicit_version { 6 } else { 5 })?;
            let info = SubjectPublicKeyInfoRef::decode(to_be_signed)?;
            skip_all(to_be_signed)?;
            der::Result::Ok(info)
        })?;
        skip_all(certificate)?;
        der::Result::Ok(info)
    })?;
    reader.finish()?;
    Ok(info)
}

fn two_integers(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let integers = reader.sequence(|pair| der::Result::Ok((UintRef::decode(pair)?, UintRef::decode(pair)?)))?;
    reader.finish()?;
    Ok(integers)
}

/// Modulus and exponent of an `RSAPrivateKey` (RFC 8017 appendix A.1.2).
pub(super) fn rsa_private_key(der: &[u8], usage: RsaUse) -> Result<RsaKey, KeyError> {
    let read = || -> der::Result<(UintRef<'_>, UintRef<'_>)> {
        let mut reader = SliceReader::new(der)?;
        let integers = reader.sequence(|key| {
            skip(key, 1)?;
            let integers = (UintRef::decode(key)?, UintRef::decode(key)?);
            skip_all(key)?;
            der::Result::Ok(integers)
        })?;
        reader.finish()?;
        Ok(integers)
    };
    let (modulus, exponent) = read().map_err(|_| KeyError::Malformed("the RSA private key"))?;
    RsaKey::new(modulus.as_bytes(), exponent.as_bytes(), usage)
}

fn skip<'r>(reader: &mut SliceReader<'r>, count: usize) -> der::Result<()> {
    (0..count).try_for_each(|_| reader.tlv_bytes().map(|_| ()))
}

fn skip_all<'r>(reader: &mut SliceReader<'r>) -> der::Result<()> {
    while !reader.is_finished() {
        reader.tlv_bytes()?;
    }
    Ok(())
}
