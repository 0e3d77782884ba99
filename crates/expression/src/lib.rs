//! Kong's expression language: `http.host == "a.example" && http.path ^= "/orders"`.
//!
//! The grammar, the types and the words of errors are those of the crate `atc-router`, which Kong itself parses with.
//! What it parses becomes a tree of our own, which is asked about a request without copying the request into maps first,
//! and which can say beforehand which hosts and paths it can be true for at all ([`Reach`]). That both come to the same
//! answers is tested in `tests/engine.rs`.
//!
//! This crate knows neither routes nor how requests are held: what of a request there is to ask about is [`Facts`]. It
//! does no input or output. Start reading at [`Expression`].
//!
//! ```
//! use gibbon_expression::{Expression, Subsystem};
//!
//! let parsed = Expression::parse(r#"http.host == "a.example" && http.path ~ r"^/v\d+/""#, Subsystem::Http);
//! assert!(parsed.unwrap_err().to_string().contains("expected"), "a raw string begins with r#");
//! let parsed = Expression::parse(r##"http.path ~ r#"^/v\d+/"#"##, Subsystem::Http).unwrap();
//! assert_eq!(parsed.reach().beginnings, Some(vec!["/v".into()]));
//! ```

mod arguments;
mod error;
mod expression;
mod facts;
mod field;
mod limits;
mod parse;
mod reach;
mod segments;
mod test;
mod tree;

pub use error::ExpressionError;
pub use expression::{Expression, Group, Outcome};
pub use facts::{AddressFact, Facts, NumberFact, TextFact};
pub use field::Subsystem;
pub use reach::{Host, Reach};
