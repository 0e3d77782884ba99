//! The house rule: a crate uses only crates of a lower floor, never one beside it or above it.

use std::path::Path;

use crate::metadata::{self, Dependency, DependencyKind, Origin, Package};
use crate::problems::Problems;

/// Where a crate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Floor {
    Level(u8),
    /// Above the house: it may use every crate below the binary, and only tests may use it.
    Tests,
    /// Beside the house: the checks use no crate of the gateway, so that they hold while it does not compile.
    Checks,
}

/// The floors as `ARCHITECTURE.md` draws them. A new crate is a new line here.
const FLOORS: &[(&str, Floor)] = &[
    ("gibbon-schema", Floor::Level(0)),
    ("gibbon-expression", Floor::Level(0)),
    ("gibbon-lua", Floor::Level(0)),
    ("gibbon-vault", Floor::Level(0)),
    ("gibbon-conf", Floor::Level(1)),
    ("gibbon-jose", Floor::Level(0)),
    ("gibbon-x509", Floor::Level(0)),
    ("gibbon-traffic", Floor::Level(0)),
    ("gibbon-entities", Floor::Level(1)),
    ("gibbon-plugin-api", Floor::Level(2)),
    ("gibbon-store", Floor::Level(2)),
    ("gibbon-router", Floor::Level(2)),
    ("gibbon-balancer", Floor::Level(2)),
    ("gibbon-tls", Floor::Level(2)),
    ("gibbon-plugins", Floor::Level(3)),
    ("gibbon-runtime", Floor::Level(3)),
    ("gibbon-declarative", Floor::Level(3)),
    ("gibbon-proxy", Floor::Level(4)),
    ("gibbon-lint", Floor::Level(4)),
    ("gibbon-admin", Floor::Level(5)),
    ("gibbon-manager", Floor::Level(4)),
    ("gibbon", Floor::Level(6)),
    ("gibbon-testkit", Floor::Tests),
    ("gibbon-strangers", Floor::Tests),
    ("xtask", Floor::Checks),
];

/// `cargo xtask floors`.
pub(crate) fn task(root: &Path, _: &[String]) -> Result<(), Problems> {
    check(&metadata::packages(root)?).into_result()
}

fn check(packages: &[Package]) -> Problems {
    let ours = || packages.iter().filter(|package| package.origin == Origin::Workspace);
    ours().flat_map(|package| check_package(package, ours().map(|other| other.name.as_str()).collect())).collect()
}

fn check_package(package: &Package, ours: Vec<&str>) -> Vec<String> {
    let Some(floor) = floor_of(&package.name) else {
        return vec![format!("`{}` has no floor; give it one in xtask/src/floors.rs", package.name)];
    };
    let edges = package.dependencies.iter().filter(|edge| ours.contains(&edge.name.as_str()));
    edges.filter_map(|edge| check_edge(&package.name, floor, edge)).collect()
}

fn check_edge(user: &str, floor: Floor, edge: &Dependency) -> Option<String> {
    let used = floor_of(&edge.name)?;
    let from_tests = edge.kind == DependencyKind::Development || floor == Floor::Tests;
    match used {
        Floor::Tests if from_tests => None,
        Floor::Tests => Some(format!("`{user}` depends on `{}`, which only dev-dependencies may name", edge.name)),
        _ if floor == Floor::Checks => Some(format!("`{user}` depends on `{}`; the checks use no crate", edge.name)),
        _ if used < floor => None,
        _ => Some(format!("`{user}` ({floor}) depends on `{}` ({used}), which is not below it", edge.name)),
    }
}

fn floor_of(name: &str) -> Option<Floor> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

impl std::fmt::Display for Floor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Level(level) => write!(f, "floor {level}"),
            Self::Tests => write!(f, "tests only"),
            Self::Checks => write!(f, "checks"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, edges: &[(&str, DependencyKind)]) -> Package {
        let edge = |(name, kind): &(&str, DependencyKind)| Dependency { name: (*name).to_owned(), kind: *kind };
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            licence: None,
            origin: Origin::Workspace,
            dependencies: edges.iter().map(edge).collect(),
        }
    }

    fn found(user: (&str, &str, DependencyKind)) -> Problems {
        check(&[package(user.0, &[(user.1, user.2)]), package(user.1, &[])])
    }

    use DependencyKind::{Build, Development, Normal};

    #[test]
    fn a_crate_may_use_a_lower_floor() {
        assert_eq!(found(("gibbon-proxy", "gibbon-router", Normal)), Problems::default());
    }

    #[test]
    fn a_crate_may_use_neither_its_neighbour_nor_what_stands_above_it() {
        for edge in [
            ("gibbon-proxy", "gibbon-admin", Normal),
            ("gibbon-router", "gibbon-proxy", Normal),
            ("gibbon-router", "gibbon-proxy", Build),
            ("gibbon-store", "gibbon-runtime", Development),
        ] {
            assert_eq!(found(edge).texts().len(), 1, "{edge:?}");
        }
    }

    #[test]
    fn only_tests_may_name_the_testkit() {
        assert_eq!(found(("gibbon-admin", "gibbon-testkit", Development)), Problems::default());
        assert_eq!(found(("gibbon-strangers", "gibbon-testkit", Normal)), Problems::default());
        let wrong = found(("gibbon-admin", "gibbon-testkit", Normal));
        assert_eq!(wrong.texts(), ["`gibbon-admin` depends on `gibbon-testkit`, which only dev-dependencies may name"]);
    }

    #[test]
    fn the_testkit_may_use_the_whole_house() {
        assert_eq!(found(("gibbon-testkit", "gibbon", Normal)), Problems::default());
    }

    #[test]
    fn the_checks_use_no_crate_of_the_gateway() {
        assert_eq!(found(("xtask", "gibbon-schema", Normal)).texts().len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_named() {
        let problems = check(&[package("gibbon-attic", &[])]);
        assert_eq!(problems.texts(), ["`gibbon-attic` has no floor; give it one in xtask/src/floors.rs"]);
    }

    #[test]
    fn other_peoples_crates_have_no_floor() {
        let mut serde = package("serde", &[]);
        serde.origin = Origin::Elsewhere;
        let problems = check(&[package("gibbon-schema", &[("serde", Normal)]), serde]);
        assert_eq!(problems, Problems::default());
    }
}
