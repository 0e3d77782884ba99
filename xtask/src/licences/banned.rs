//! Crates that stay out, and crates that only one of ours may name.

use crate::metadata::{DependencyKind, Origin, Package};
use crate::problems::Problems;

/// Crates that may not be in the lock file at all.
const NOWHERE: &[(&str, &str)] = &[
    ("openssl", "aws-lc-rs is the one crypto library, rustls the one TLS library"),
    ("openssl-sys", "aws-lc-rs is the one crypto library, rustls the one TLS library"),
    ("native-tls", "rustls is the one TLS library"),
    ("rsa", "its private-key operations leak through timing (RUSTSEC-2023-0071)"),
    ("jsonwebtoken", "takes an algorithm and a key apart; `gibbon-jose` binds them, and is faster"),
    ("serde_yaml", "no longer maintained"),
    ("rustls-pemfile", "archived; rustls-pki-types reads PEM"),
];

/// Crates that stand behind a seam: only the named crates of ours may depend on them directly.
const BEHIND_A_SEAM: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["gibbon-store"], "nothing but the store names a SQL crate"),
    ("hyper", &["gibbon-admin", "gibbon-strangers"], "the data plane has an engine of its own; plugins see neither"),
    ("hyper-util", &["gibbon-admin"], "the data plane has an engine of its own; plugins see neither"),
    ("atc-router", &["gibbon-expression"], "its trees are made into ours in one place"),
    ("hickory-resolver", &["gibbon-balancer"], "one place resolves names"),
    (
        "aws-lc-rs",
        &["gibbon-jose", "gibbon-store", "gibbon-admin", "gibbon-x509", "gibbon-plugins"],
        "keys are typed by `gibbon-jose`; the others only take digests, and `session` seals cookies",
    ),
    ("ed448-goldilocks", &["gibbon-jose"], "keys are typed by `gibbon-jose`; nothing else touches key bytes"),
    ("mlua", &["gibbon-lua"], "one place bounds what Lua may do"),
    ("ring", &[], "aws-lc-rs is the one crypto library"),
    ("clap", &["gibbon"], "only the binary has a command line"),
];

/// What the lock file and the manifests hold against the two lists.
pub(super) fn check(packages: &[Package]) -> Problems {
    packages.iter().filter_map(banned).chain(packages.iter().flat_map(through_a_seam)).collect()
}

fn banned(package: &Package) -> Option<String> {
    let (_, reason) = NOWHERE.iter().find(|(name, _)| *name == package.name)?;
    Some(format!("`{}` {} is banned: {reason}", package.name, package.version))
}

/// Tests may reach behind a seam: they build origins and clients, and hold no promise to plugins.
fn through_a_seam(package: &Package) -> Vec<String> {
    if package.origin == Origin::Elsewhere || package.name == "gibbon-testkit" {
        return Vec::new();
    }
    let edges = package.dependencies.iter().filter(|edge| edge.kind != DependencyKind::Development);
    edges.filter_map(|edge| seam(&package.name, &edge.name)).collect()
}

fn seam(user: &str, used: &str) -> Option<String> {
    let (_, users, reason) = BEHIND_A_SEAM.iter().find(|(name, ..)| *name == used)?;
    (!users.contains(&user)).then(|| format!("`{user}` depends on `{used}`: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, edges: &[(&str, DependencyKind)], origin: Origin) -> Package {
        let edge = |(name, kind): &(&str, DependencyKind)| Dependency { name: (*name).to_owned(), kind: *kind };
        Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            licence: None,
            origin,
            dependencies: edges.iter().map(edge).collect(),
        }
    }

    use DependencyKind::{Development, Normal};

    #[test]
    fn a_banned_crate_is_found_wherever_it_comes_from() {
        let problems = check(&[package("rsa", &[], Origin::Elsewhere)]);
        assert_eq!(
            problems.texts(),
            ["`rsa` 1.0.0 is banned: its private-key operations leak through timing (RUSTSEC-2023-0071)"]
        );
    }

    #[test]
    fn only_the_store_names_a_sql_crate() {
        let user = |name| check(&[package(name, &[("sqlx", Normal)], Origin::Workspace)]);
        assert_eq!(user("gibbon-store"), Problems::default());
        assert_eq!(
            user("gibbon-admin").texts(),
            ["`gibbon-admin` depends on `sqlx`: nothing but the store names a SQL crate"]
        );
    }

    #[test]
    fn tests_and_other_peoples_crates_may_reach_behind_a_seam() {
        for guest in [
            package("gibbon-plugins", &[("hyper", Development)], Origin::Workspace),
            package("gibbon-testkit", &[("hyper", Normal)], Origin::Workspace),
            package("axum", &[("hyper", Normal)], Origin::Elsewhere),
        ] {
            assert_eq!(check(std::slice::from_ref(&guest)), Problems::default(), "{guest:?}");
        }
    }
}
