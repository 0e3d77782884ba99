//! Which ciphers may be chosen from, by the names that OpenSSL gives them.

use gibbon_conf::Ciphers;
use rustls::crypto::aws_lc_rs::cipher_suite as suite;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{CipherSuite, SupportedCipherSuite};

use crate::error::TlsError;

/// Those of TLS 1.2; the ones of TLS 1.3 are always all there, as with OpenSSL.
const NAMES: [(&str, SupportedCipherSuite); 6] = [
    ("ECDHE-ECDSA-AES256-GCM-SHA384", suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-ECDSA-AES128-GCM-SHA256", suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    ("ECDHE-RSA-AES256-GCM-SHA384", suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    ("ECDHE-RSA-AES128-GCM-SHA256", suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    ("ECDHE-RSA-CHACHA20-POLY1305", suite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
];

/// What OpenSSL calls a suite.
pub fn openssl_name(suite: CipherSuite) -> Box<str> {
    match NAMES.iter().find(|(_, known)| known.suite() == suite) {
        Some((name, _)) => (*name).into(),
        // Those of TLS 1.3 have one name everywhere, but for the version in it.
        None => format!("{suite:?}").replacen("TLS13_", "TLS_", 1).into(),
    }
}

/// The library with these ciphers in it.
pub(crate) fn provider(ciphers: &Ciphers) -> Result<CryptoProvider, TlsError> {
    let mut provider = aws_lc_rs::default_provider();
    match ciphers {
        Ciphers::Safe => {}
        Ciphers::Approved => provider.cipher_suites.retain(is_approved),
        Ciphers::Named(names) => {
            let known = |name: &String| NAMES.iter().find(|(known, _)| known == name).map(|(_, suite)| *suite);
            for name in names.iter().filter(|name| known(name).is_none() && !is_of_tls13(name)) {
                tracing::warn!("the cipher `{name}` of `ssl_ciphers` is not safe or not known, and not used");
            }
            let named: Vec<_> = names.iter().filter_map(known).collect();
            if named.is_empty() && !names.iter().any(|name| is_of_tls13(name)) {
                return Err(TlsError::NoCipher);
            }
            provider.cipher_suites.retain(|suite| suite.tls13().is_some());
            provider.cipher_suites.extend(named);
        }
    }
    Ok(provider)
}

fn is_of_tls13(name: &str) -> bool {
    name.starts_with("TLS_")
}

fn is_approved(suite: &SupportedCipherSuite) -> bool {
    !matches!(
        suite.suite(),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(ciphers: &Ciphers) -> Vec<String> {
        provider(ciphers).unwrap().cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect()
    }

    #[test]
    fn approved_ciphers_are_those_with_aes() {
        let approved = names(&Ciphers::Approved);
        assert!(approved.len() == 6 && approved.iter().all(|name| name.contains("AES")), "{approved:?}");
    }

    #[test]
    fn named_ciphers_come_in_their_order_beside_those_of_tls13_and_unsafe_ones_are_left_out() {
        let ciphers = ["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA", "ECDHE-ECDSA-AES128-GCM-SHA256"];
        let found = names(&Ciphers::Named(ciphers.map(str::to_owned).to_vec()));
        assert_eq!(found[3..], ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]);
        let unsafe_only = Ciphers::Named(vec!["AES128-SHA".to_owned()]);
        assert!(matches!(provider(&unsafe_only), Err(TlsError::NoCipher)));
    }
}
