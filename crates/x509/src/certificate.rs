use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};
use x509_cert::der::Decode;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;
use x509_cert::time::Time;

use crate::CertificateError;

/// A certificate that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    not_before: i64,
    not_after: i64,
    is_ca: bool,
    serial: Vec<u8>,
    subject: Option<String>,
    issuer: Option<String>,
}

impl Certificate {
    /// The first certificate of a text.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn from_pem(text: &str) -> Result<Self, CertificateError> {
        let first = CertificateDer::pem_slice_iter(text.as_bytes()).next().ok_or(CertificateError::None)?;
        Self::from_der(&first.map_err(pem_error)?)
    }

    /// All certificates of a text: that of a server first, then those that lead to the one that clients trust.
    ///
    /// # Errors
    /// [`CertificateError`] of the first that cannot be read.
    pub fn chain_from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        let blocks = CertificateDer::pem_slice_iter(text.as_bytes());
        let chain: Vec<Self> =
            blocks.map(|block| Self::from_der(&block.map_err(pem_error)?)).collect::<Result<_, _>>()?;
        if chain.is_empty() { Err(CertificateError::None) } else { Ok(chain) }
    }

    fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let certificate = x509_cert::Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
        let content = certificate.tbs_certificate();
        let seconds = |time: Time| i64::try_from(time.to_unix_duration().as_secs());
        let (not_before, not_after) = (content.validity().not_before, content.validity().not_after);
        let constraints = content.get_extension::<BasicConstraints>().map_err(|_| CertificateError::Malformed)?;
        Ok(Self {
            der: der.to_vec(),
            not_before: seconds(not_before).map_err(|_| CertificateError::Malformed)?,
            not_after: seconds(not_after).map_err(|_| CertificateError::Malformed)?,
            is_ca: constraints.is_some_and(|(_, constraints)| constraints.ca),
            serial: content.serial_number().as_bytes().to_vec(),
            subject: common_name(content.subject()),
            issuer: common_name(content.issuer()),
        })
    }

    /// The first second at which it is valid, since 1970.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last second at which it is valid, since 1970.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// Whether it says that it may sign others (RFC 5280, section 4.2.1.9).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// Its number among those of its issuer, big-endian.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// The common name of whom it is about, where it has one that can be read.
    #[must_use]
    pub fn subject_common_name(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The common name of who has signed it, where there is one that can be read.
    #[must_use]
    pub fn issuer_common_name(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Its bytes.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The SHA-256 digest of its bytes, in lower-case hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        digest(&SHA256, &self.der).as_ref().iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// What cannot be read as text is no name.
fn common_name(name: &Name) -> Option<String> {
    name.common_name().ok().flatten().map(|name| name.value().into_owned())
}

fn pem_error(error: pem::Error) -> CertificateError {
    match error {
        pem::Error::NoItemsFound => CertificateError::None,
        _ => CertificateError::Pem,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, date_time_ymd,
    };

    use super::*;

    fn pem(params: CertificateParams) -> String {
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn a_certificate_tells_until_when_it_is_valid() {
        let mut params = CertificateParams::new(["example.com".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2030, 1, 1);
        let certificate = Certificate::from_pem(&pem(params)).unwrap();
        assert_eq!(certificate.not_after(), 1_893_456_000);
        assert!(!certificate.is_ca());
    }

    #[test]
    fn a_certificate_tells_whom_it_is_about_and_who_has_signed_it() {
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.serial_number = Some(vec![1, 0xab].into());
        params.distinguished_name.push(DnType::CommonName, "a.example");
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "An Authority");
        let issuer = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let certificate = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap();
        let read = Certificate::from_pem(&certificate.pem()).unwrap();
        assert_eq!((read.subject_common_name(), read.issuer_common_name()), (Some("a.example"), Some("An Authority")));
        assert_eq!((read.serial(), read.not_before()), (&[1, 0xab][..], 1_577_836_800));
    }

    #[test]
    fn a_certificate_without_a_common_name_tells_none() {
        let mut params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.distinguished_name = DistinguishedName::new();
        assert_eq!(Certificate::from_pem(&pem(params)).unwrap().subject_common_name(), None);
    }

    #[test]
    fn an_authority_says_that_it_is_one() {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        assert!(Certificate::from_pem(&pem(params)).unwrap().is_ca());
    }

    #[test]
    fn a_digest_is_that_of_the_bytes_and_not_of_the_text() {
        let text = pem(CertificateParams::default());
        let certificate = Certificate::from_pem(&text).unwrap();
        let pasted = format!("some words before\n{}", text.replace('\n', "\r\n"));
        assert_eq!(Certificate::from_pem(&pasted).unwrap(), certificate);
        assert_eq!(certificate.sha256().len(), 64);
        assert_ne!(Certificate::from_pem(&pem(CertificateParams::default())).unwrap().sha256(), certificate.sha256());
    }

    #[test]
    fn a_chain_has_all_its_certificates_in_order() {
        let (first, second) = (pem(CertificateParams::default()), pem(CertificateParams::default()));
        let chain = Certificate::chain_from_pem(&format!("{first}{second}")).unwrap();
        let alone = [&first, &second].map(|text| Certificate::from_pem(text).unwrap());
        assert_eq!(chain, alone);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let text = pem(CertificateParams::default());
        let key = KeyPair::generate().unwrap().serialize_pem();
        let cases = [
            ("", CertificateError::None),
            ("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", CertificateError::Pem),
            ("-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n", CertificateError::Malformed),
            (&key, CertificateError::None),
            (&text[..text.len() / 2], CertificateError::Pem),
        ];
        for (text, error) in cases {
            assert_eq!(Certificate::from_pem(text), Err(error.clone()), "{text}");
            assert_eq!(Certificate::chain_from_pem(text), Err(error), "{text}");
        }
    }
}
