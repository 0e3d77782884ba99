use std::io;

/// Why TLS cannot be spoken as it is configured. A message never repeats a key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or a key cannot be read or written.
    #[error("cannot read {what}: {source}")]
    Io {
        /// What is read.
        what: &'static str,
        /// As the system gives it.
        source: io::Error,
    },
    /// A text in which there is no certificate.
    #[error("there is no certificate in the PEM")]
    NoCertificate,
    /// A text in which there is no key.
    #[error("there is no private key in the PEM")]
    NoKey,
    /// A certificate or a key that TLS cannot use, or two that do not belong together.
    #[error("the certificate cannot be used: {0}")]
    Unusable(rustls::Error),
    /// An authority that cannot be one.
    #[error("a certificate of an authority cannot be used: {0}")]
    Authority(String),
    /// Versions and ciphers that do not fit together.
    #[error("these versions and ciphers leave nothing to be spoken: {0}")]
    NothingInCommon(rustls::Error),
    /// Names of ciphers none of which is known.
    #[error("none of the ciphers in `ssl_ciphers` can be used")]
    NoCipher,
    /// A key or a certificate cannot be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}
