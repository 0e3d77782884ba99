/// Why a text is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// There is no block with one in the text.
    #[error("no PEM block with a certificate was found")]
    None,
    /// A block that does not end, or whose content is not base64.
    #[error("the PEM is damaged")]
    Pem,
    /// The content of a block is not the structure that a certificate has.
    #[error("the certificate is malformed")]
    Malformed,
}
