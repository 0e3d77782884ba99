//! Why there is no certificate. Nothing of a key is in the texts.

use gibbon_jose::KeyError;
use gibbon_jose::sign::SignError;
use gibbon_plugin_api::RecordsError;
use gibbon_x509::CertificateError;

use super::shelf::ShelfError;
use super::transport::TransportError;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub(super) enum AcmeError {
    /// It was tried in vain, and not long ago.
    #[error(
        "please try again in {seconds} seconds for host {host} because of previous failure; this is configurable with \
         config.fail_backoff_minutes"
    )]
    TooEarly { host: String, seconds: i64 },
    /// The authority was asked, and something went wrong.
    #[error("could not create certificate for host: {host} err: {reason}")]
    Order { host: String, reason: Box<AcmeError> },
    /// The authority says no (RFC 8555 section 6.7).
    #[error("the authority answers {status}: {kind} {detail}")]
    Problem { status: u16, kind: String, detail: String },
    /// It says something that is no answer.
    #[error("the authority's answer lacks {0}")]
    Answer(&'static str),
    #[error("the authority offers no challenge over HTTP")]
    NoChallenge,
    #[error("it takes too long")]
    Late,
    #[error("{0}")]
    Binding(&'static str),
    #[error("there is no private key `{0}`")]
    NoKey(Box<str>),
    #[error("{0} that is kept cannot be read")]
    Kept(&'static str),
    #[error("this is no running gateway")]
    NoRecords,
    #[error("a task has ended early")]
    Ended,
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error(transparent)]
    Records(#[from] RecordsError),
    #[error("a key cannot be used: {0}")]
    Key(#[from] KeyError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("a certificate cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    #[error("a key or a request cannot be made: {0}")]
    Made(#[from] rcgen::Error),
}
