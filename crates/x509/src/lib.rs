//! Certificates (RFC 5280) as people paste them: PEM, one or a chain.
//!
//! [`Certificate`] tells what configuration needs to know of one: when it is valid, whether it may sign others, whom it
//! names, and the digest that it is recognised by. It verifies nothing: that is the business of TLS.
//!
//! This crate must not know about records, files or clocks.
//!
//! ```
//! use gibbon_x509::{Certificate, CertificateError};
//!
//! assert_eq!(Certificate::from_pem("no certificate").err(), Some(CertificateError::None));
//! ```

mod certificate;
mod error;

pub use certificate::Certificate;
pub use error::CertificateError;
