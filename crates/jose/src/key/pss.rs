//! RSA keys that say of themselves that they are only for RSASSA-PSS (RFC 4055 section 3.1).

use der::asn1::{AnyRef, ContextSpecific, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, TagNumber};
use spki::AlgorithmIdentifierRef;

use super::{KeyError, RsaUse};
use crate::Algorithm;

const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// What such a key may be used for: any PS* without parameters, one of them with parameters.
pub(super) fn usage(algorithm: &AlgorithmIdentifierRef<'_>) -> Result<RsaUse, KeyError> {
    match algorithm.parameters {
        None => Ok(RsaUse::AnyPss),
        Some(parameters) => only(parameters).map(RsaUse::Only),
    }
}

/// The one PS* algorithm (RFC 7518 section 3.5: one hash for all, a salt as long as the hash) that parameters allow.
fn only(parameters: AnyRef<'_>) -> Result<Algorithm, KeyError> {
    let (hash, mask, salt) = read(parameters).map_err(|_| KeyError::Malformed("the parameters of the RSA-PSS key"))?;
    let (algorithm, hash_len) = match hash {
        Some(SHA256) => (Algorithm::PS256, 32),
        Some(SHA384) => (Algorithm::PS384, 48),
        Some(SHA512) => (Algorithm::PS512, 64),
        _ => return Err(unsupported()),
    };
    // The salt length of a key is the least that its signatures may have.
    if mask == hash && salt <= hash_len { Ok(algorithm) } else { Err(unsupported()) }
}

fn unsupported() -> KeyError {
    KeyError::Unsupported("RSASSA-PSS with parameters that no PS algorithm has".to_owned())
}

/// Hash, hash of the mask, and salt length; absent hashes are SHA-1, which no PS algorithm uses.
fn read(parameters: AnyRef<'_>) -> der::Result<(Option<ObjectIdentifier>, Option<ObjectIdentifier>, u32)> {
    let mut reader = SliceReader::new(parameters.value())?;
    let hash = explicit::<AlgorithmIdentifierRef<'_>>(&mut reader, 0)?.map(|hash| hash.oid);
    let mask = match explicit::<AlgorithmIdentifierRef<'_>>(&mut reader, 1)? {
        Some(AlgorithmIdentifierRef { oid: MGF1, parameters: Some(inner) }) => {
            Some(inner.decode_as::<AlgorithmIdentifierRef<'_>>()?.oid)
        }
        _ => None,
    };
    let salt = explicit::<u32>(&mut reader, 2)?.unwrap_or(20);
    explicit::<u8>(&mut reader, 3)?;
    reader.finish()?;
    Ok((hash, mask, salt))
}

fn explicit<'r, T>(reader: &mut SliceReader<'r>, number: u32) -> der::Result<Option<T>>
where
    T: Decode<'r, Error = der::Error> + der::Tagged,
{
    Ok(ContextSpecific::<T>::decode_explicit(reader, TagNumber(number))?.map(|field| field.value))
}
