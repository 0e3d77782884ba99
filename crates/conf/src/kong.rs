//! Every documented key of Kong 3.10 that is not a setting here, so that the reference page can say of each what it means
//! and why it changes nothing. The reason itself stands in `elsewhere`, once for all keys that share it.

mod cluster;
mod database;
mod inside;
mod plugins;
mod ports;
mod tls;

/// A key of Kong.
#[derive(Debug)]
pub(crate) struct KongKey {
    pub(crate) name: &'static str,
    /// Kong's default; empty when there is none.
    pub(crate) default: &'static str,
    /// What it does in Kong, in our words.
    pub(crate) meaning: &'static str,
}

const fn key(name: &'static str, default: &'static str, meaning: &'static str) -> KongKey {
    KongKey { name, default, meaning }
}

/// Keys that belong together, with their heading.
pub(crate) const GROUPS: &[(&str, &[KongKey])] = &[
    ("Ports and logs", ports::KEYS),
    ("TLS", tls::KEYS),
    ("Databases", database::KEYS),
    ("Clusters", cluster::KEYS),
    ("Plugins and tracing", plugins::KEYS),
    ("Inside of Kong", inside::KEYS),
];

#[cfg(test)]
mod tests {
    use super::{GROUPS, KongKey};
    use crate::elsewhere;
    use std::collections::HashSet;

    fn all() -> impl Iterator<Item = &'static KongKey> {
        GROUPS.iter().flat_map(|(_, keys)| *keys)
    }

    #[test]
    fn every_key_has_a_reason_why_it_changes_nothing_or_is_a_setting_by_now() {
        let declared = |name: &str| crate::keys().any(|key| key.name == name || key.aliases.contains(&name));
        for key in all() {
            let name = key.name.replace("XXX", "x");
            assert!(declared(&name) || elsewhere::find(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn no_key_stands_twice_and_each_has_a_meaning() {
        let mut seen = HashSet::new();
        for key in all() {
            assert!(seen.insert(key.name), "{}", key.name);
            assert!(key.meaning.ends_with('.') && !key.meaning.contains('|'), "{}", key.name);
        }
    }
}
