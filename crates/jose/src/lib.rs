//! JSON Web Signatures and Tokens on keys that know their algorithm (RFC 7515, 7517, 7518, 7519, 8037).
//!
//! A key is parsed once into a [`Verifier`], which is bound to one [`Algorithm`]. A token says which algorithm it
//! *claims*; nothing here takes an algorithm from a token and key bytes from elsewhere, so that confusing the two
//! cannot be written down. A [`Token`] is what was received and is not to be believed; [`Token::verify`] turns it into
//! a [`VerifiedToken`], the only thing that [`VerifiedTokens`] remembers.
//!
//! This crate must not know about requests, consumers, configuration, files or clocks: bytes and times come in as
//! arguments, verdicts go out as values. It fetches nothing, whatever a token's `jku` or `x5u` says.
//!
//! Start reading at `token.rs` (what is refused and in which order), then `verifier.rs` (keys and algorithms), `key.rs`
//! (where keys come from) and `cache.rs`.
//!
//! ```
//! use gibbon_jose::{Algorithm, Limits, Token, Verifier, sign::Signer};
//!
//! let signer = Signer::from_secret(Algorithm::HS256, b"a secret that is long enough for SHA-256")?;
//! let compact = signer.sign(&Default::default(), r#"{"iss":"lab"}"#)?;
//!
//! let verifier = Verifier::from_secret(Algorithm::HS256, b"a secret that is long enough for SHA-256")?;
//! let token = Token::parse(compact.as_bytes(), &Limits::default())?;
//! assert_eq!(token.claims().get_str("iss").as_deref(), Some("lab"));
//! assert!(token.verify(&verifier).is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
pub mod base64url;
mod cache;
mod compact;
pub mod json;
mod jws;
mod key;
mod limits;
mod set;
pub mod sign;
mod token;
mod verifier;

pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use cache::{Counters, Remembered, VerifiedTokens};
pub use compact::{PartError, TokenError};
pub use jws::Jws;
pub use key::{Curve, KeyError, KeyKind, PublicKey};
pub use limits::Limits;
pub use set::{BoundKey, JwkSet, KeySet, LeftOut, Policy, PublishedKey, SetError, SetLimits, Unusable, Validity};
pub use token::{Contents, Token, VerifiedToken};
pub use verifier::{Cost, SignatureError, Verifier, VerifierId, Weakness};
