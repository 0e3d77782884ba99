//! Which licences and which crates may come into the house. The lists are data, each line with its reason.

mod allowed;
mod banned;
mod spdx;

use std::path::Path;

use crate::metadata::{self, Origin, Package};
use crate::problems::Problems;

/// `cargo xtask licences`.
pub(crate) fn task(root: &Path, _: &[String]) -> Result<(), Problems> {
    let packages = metadata::packages(root)?;
    let mut problems = licences(&packages);
    problems.append(banned::check(&packages));
    problems.into_result()
}

fn licences(packages: &[Package]) -> Problems {
    packages.iter().filter(|package| package.origin == Origin::Elsewhere).filter_map(refusal).collect()
}

fn refusal(package: &Package) -> Option<String> {
    let Package { name, version, licence, .. } = package;
    let Some(licence) = licence else {
        return Some(format!("`{name}` {version} names no licence"));
    };
    match spdx::permits(licence, allowed::is_allowed) {
        Ok(true) => None,
        Ok(false) => Some(format!("`{name}` {version}: licence `{licence}` is not on the list")),
        Err(error) => Some(format!("`{name}` {version}: licence `{licence}` cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(licence: Option<&str>, origin: Origin) -> Problems {
        licences(&[Package {
            name: "guest".to_owned(),
            version: "1.0.0".to_owned(),
            licence: licence.map(str::to_owned),
            origin,
            dependencies: Vec::new(),
        }])
    }

    #[test]
    fn a_permissive_guest_is_let_in() {
        assert_eq!(found(Some("MIT OR GPL-3.0-only"), Origin::Elsewhere), Problems::default());
    }

    #[test]
    fn a_guest_that_asks_for_more_is_not() {
        let problems = found(Some("GPL-3.0-only"), Origin::Elsewhere);
        assert_eq!(problems.texts(), ["`guest` 1.0.0: licence `GPL-3.0-only` is not on the list"]);
    }

    #[test]
    fn a_guest_without_a_licence_is_not() {
        assert_eq!(found(None, Origin::Elsewhere).texts(), ["`guest` 1.0.0 names no licence"]);
    }

    #[test]
    fn our_own_crates_are_not_guests() {
        assert_eq!(found(None, Origin::Workspace), Problems::default());
    }
}
