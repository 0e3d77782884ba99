//! References to secrets that are kept elsewhere: `{vault://env/my-secret/key?prefix=APP_}`.
//!
//! [`Reference`] is the syntax, [`Vaults`] finds the values. A reference names a vault either by what it is (`env`, the
//! environment of the process) or by the prefix of a [`Definition`], which an operator has made with settings of its own.
//! Syntax, rules and wording are those of Kong Gateway 3.x.
//!
//! This crate must not know which settings or fields hold references, nor where definitions are stored: both are given to
//! it as data, and so is the environment, in [`Variables`].
//!
//! ```
//! use gibbon_vault::{Variables, Vaults};
//!
//! let env = Variables::new([("MY_SECRET".to_owned(), r#"{"user":"a"}"#.to_owned())]);
//! let vaults = Vaults::new(env);
//! assert_eq!(vaults.get("{vault://env/my-secret/user}")?, "a");
//! # Ok::<(), gibbon_vault::VaultError>(())
//! ```

mod env;
mod error;
mod reference;
mod vaults;

pub use env::{EnvSettings, Variables};
pub use error::VaultError;
pub use reference::{Reference, is_reference};
pub use vaults::{Definition, ENV, Vaults};
