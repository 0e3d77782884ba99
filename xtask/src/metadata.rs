//! What `cargo metadata` says about packages, reduced to what the checks ask.

use std::env;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::problems::Problems;

/// A package of the workspace or one that it depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The SPDX expression of the manifest, if it has one.
    pub(crate) licence: Option<String>,
    pub(crate) origin: Origin,
    pub(crate) dependencies: Vec<Dependency>,
}

/// Whether a package is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Workspace,
    Elsewhere,
}

/// An edge as the manifest declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: DependencyKind,
}

/// In which table of the manifest a dependency stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DependencyKind {
    Normal,
    Build,
    Development,
}

/// Asks cargo for every package of the lock file, those of other platforms included.
pub(crate) fn packages(root: &Path) -> Result<Vec<Package>, Problems> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|error| Problems::one(format!("cannot run cargo metadata: {error}")))?;
    if !output.status.success() {
        return Err(Problems::one(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let document: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Problems::one(format!("cannot read cargo metadata: {error}")))?;
    Ok(read(&document))
}

fn read(document: &Value) -> Vec<Package> {
    array(document, "packages").map(package).collect()
}

fn package(value: &Value) -> Package {
    let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    Package {
        name: text("name"),
        version: text("version"),
        licence: value["license"].as_str().map(str::to_owned),
        // Cargo names a source for everything but path dependencies, and ours are the only ones of those.
        origin: if value["source"].is_null() { Origin::Workspace } else { Origin::Elsewhere },
        dependencies: array(value, "dependencies").map(dependency).collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    let kind = match value["kind"].as_str() {
        Some("dev") => DependencyKind::Development,
        Some("build") => DependencyKind::Build,
        _ => DependencyKind::Normal,
    };
    Dependency { name: value["name"].as_str().unwrap_or_default().to_owned(), kind }
}

fn array<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_without_a_source_is_ours_and_keeps_its_edges() {
        let document = json!({"packages": [
            {"name": "gibbon-router", "version": "0.1.0", "license": "Apache-2.0", "source": null, "dependencies": [
                {"name": "regex", "kind": null}, {"name": "gibbon-testkit", "kind": "dev"}]},
            {"name": "regex", "version": "1.0.0", "license": null, "source": "registry+x", "dependencies": []},
        ]});
        let packages = read(&document);
        assert_eq!(packages[0].origin, Origin::Workspace);
        assert_eq!(packages[0].dependencies[1].kind, DependencyKind::Development);
        assert_eq!((packages[1].origin, packages[1].licence.as_deref()), (Origin::Elsewhere, None));
    }
}
