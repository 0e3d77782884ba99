//! The entities of the gateway's core: services, routes, consumers, plugins and tags.
//!
//! One file an entity. Each has `definition()`, the declaration that validation, the store, `/schemas` and forms are
//! driven by, and a compact typed struct that the data plane keeps in memory, made from a stored body by `from_body`.
//! One test in each file holds that the two agree. Entities that belong to a plugin are declared in its own folder,
//! with the same builders and the types of [`typedefs`].
//!
//! This crate must not know the store, the Admin API, or any plugin.
//!
//! Start reading at [`service`], the plainest entity, then [`route`].

mod body;
pub mod ca_certificate;
pub mod certificate;
pub mod consumer;
mod described;
mod document;
pub mod key;
pub mod key_set;
pub mod plugin;
mod protocol;
pub mod route;
pub mod service;
pub mod sni;
pub mod tag;
pub mod target;
pub mod typedefs;
pub mod upstream;
pub mod vault;

pub use body::{Body, BodyError, Switch, UnknownName};
pub use ca_certificate::CaCertificate;
pub use certificate::Certificate;
pub use consumer::Consumer;
pub use described::described_definitions;
pub use key::Key;
pub use key_set::KeySet;
pub use plugin::Plugin;
pub use protocol::{Protocol, Protocols};
pub use route::{Endpoint, HeaderMatch, IpRange, PathHandling, Route};
pub use service::Service;
pub use sni::Sni;
pub use tag::Tag;
pub use target::Target;
pub use upstream::Upstream;
pub use vault::Vault;

/// The entities that the store keeps for the core, a referenced one before those that refer to it.
///
/// Tags are not among them: they are a view of the tags of all entities. Which fields a route has depends on how routes
/// are matched.
pub fn core_definitions(flavor: route::Flavor) -> Vec<gibbon_schema::EntityDef> {
    vec![
        certificate::definition(),
        sni::definition(),
        ca_certificate::definition(),
        service::definition(),
        route::definition(flavor),
        consumer::definition(),
        plugin::definition(),
        upstream::definition(),
        target::definition(),
        key_set::definition(),
        key::definition(),
        vault::definition(),
    ]
}

#[cfg(test)]
mod documents;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod testing_certificates;
