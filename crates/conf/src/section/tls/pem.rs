//! Certificates and keys in settings: a file, or the PEM itself.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::key::Key;
use crate::list;
use crate::reader::Reader;

/// Where a certificate or a key is.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// In this file.
    File(PathBuf),
    /// Here.
    Text(String),
}

/// A key is not shown.
impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Text(_) => f.write_str("Text(…)"),
        }
    }
}

impl Pem {
    /// The text.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(&self) -> io::Result<String> {
        match self {
            Self::File(path) => {
                let named = |error: io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", path.display()));
                std::fs::read_to_string(path).map_err(named)
            }
            Self::Text(text) => Ok(text.clone()),
        }
    }
}

/// A certificate with its chain, and its private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PemPair {
    /// The certificate first, then those that lead to the one that others trust.
    pub certificate: Pem,
    /// Its private key.
    pub key: Pem,
}

/// Certificates: files, PEM, or PEM in base64, with commas between.
pub(crate) fn of_certificate(text: &str) -> Result<Vec<Pem>, String> {
    list::parse_each(text, |element| one(element, "-----BEGIN CERTIFICATE-----"))
}

/// Keys in the same way. A message must not repeat one.
pub(crate) fn of_key(text: &str) -> Result<Vec<Pem>, String> {
    list::elements(text).map(|element| one(element, "-----BEGIN ")).collect()
}

fn one(element: &str, begin: &str) -> Result<Pem, String> {
    if element.contains("-----BEGIN") {
        return text(element.to_owned(), begin);
    }
    if element.starts_with('/') || element.len() < 256 {
        return Ok(Pem::File(element.into()));
    }
    let wrapped = base64_simd::STANDARD.decode_to_vec(element.split_ascii_whitespace().collect::<String>());
    let decoded = wrapped.ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or_else(|| Err(USAGE.to_owned()), |decoded| text(decoded, begin))
}

const USAGE: &str = "expected the path of a file, PEM, or PEM in base64";

fn text(pem: String, begin: &str) -> Result<Pem, String> {
    if pem.contains(begin) { Ok(Pem::Text(pem)) } else { Err(USAGE.to_owned()) }
}

/// Each certificate with its key.
pub(crate) fn pairs(reader: &mut Reader, certificates: &Key<Vec<Pem>>, keys: &Key<Vec<Pem>>) -> Vec<PemPair> {
    let (certificate, key) = (reader.read(certificates), reader.read(keys));
    if certificate.len() != key.len() {
        let (here, there) = (certificates.doc.name, keys.doc.name);
        let given = if reader.is_given(certificates) { certificates } else { keys };
        reader.refuse(given, format!("`{here}` and `{there}` must name as many certificates as keys"));
    }
    certificate.into_iter().zip(key).map(|(certificate, key)| PemPair { certificate, key }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Pem, of_certificate, of_key};

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_certificate_is_a_file_or_the_pem_itself_in_base64_or_not() {
        let long = format!("{}{}", PEM.repeat(4), "x".repeat(100));
        let wrapped = base64_simd::STANDARD.encode_to_string(&long);
        let parsed = of_certificate(&format!("/etc/a.crt, ssl/b.crt, {PEM}, {wrapped}")).unwrap();
        let expected = [
            Pem::File("/etc/a.crt".into()),
            Pem::File("ssl/b.crt".into()),
            Pem::Text(PEM.trim().to_owned()),
            Pem::Text(long),
        ];
        assert_eq!(parsed, expected);
        assert_eq!(of_certificate(""), Ok(Vec::new()));
    }

    #[test]
    fn neither_an_error_nor_a_dump_repeats_a_key() {
        let secret = "S".repeat(300);
        assert!(!of_key(&secret).unwrap_err().contains("SSS"));
        assert_eq!(format!("{:?}", Pem::Text(secret)), "Text(…)");
    }
}
