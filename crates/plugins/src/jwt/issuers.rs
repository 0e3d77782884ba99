//! Keys that issuers publish: where they come from, how they are fetched and kept, and whose tokens they verify.
//!
//! A [`Source`](source::Source) is one place that publishes keys, shared by all configurations that name it. It is asked in
//! the background; a request waits only where nothing was fetched yet, or where it names a key that is not known
//! (`budget.rs` bounds how often). What was fetched last is used while the place does not answer, and is kept in a file for
//! the next start (`kept.rs`). A [`Keyring`] is what one configuration takes of it: each key bound to one algorithm.
//!
//! Where a server may be at all is in `addresses.rs`, and `client.rs` holds it on the address that is really connected to.

mod addresses;
mod budget;
mod client;
mod fields;
mod freshness;
mod issuer;
mod kept;
mod keyring;
mod keys;
mod location;
mod owner;
mod records;
mod report;
mod source;
mod sources;

pub(super) use client::{Client, FetchError};
pub(super) use fields::{field as config_field, thumbprints};
pub(super) use issuer::{Issuer, Issuers};
pub(super) use keyring::{Fetching, Keyring, Lookup, Unnamed};
pub(super) use location::{Location, check_url};
pub(super) use owner::{NoSuchConsumer, Owner};
pub(super) use report::report;
pub(super) use sources::{Label, Sources};
