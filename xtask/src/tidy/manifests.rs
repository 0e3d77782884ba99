//! Every crate takes its lints and its licence from the workspace, or it would live by rules of its own.

use super::tree::File;
use crate::problems::Problems;

const INHERITED: &[(&str, &str)] = &[
    ("lints", "[lints]\nworkspace = true"),
    ("licence", "license.workspace = true"),
    ("edition", "edition.workspace = true"),
    ("publish", "publish.workspace = true"),
];

/// Manifests of packages that do not inherit what the workspace fixes.
pub(crate) fn check(files: &[File]) -> Problems {
    let manifests = files.iter().filter(|file| file.name() == "Cargo.toml" && file.text.contains("[package]"));
    // Fuzz targets are a workspace of their own, with a toolchain of their own.
    manifests.filter(|file| !file.path.starts_with("fuzz/")).flat_map(missing).collect()
}

fn missing(file: &File) -> Vec<String> {
    let missing = INHERITED.iter().filter(|(_, text)| !file.text.contains(text));
    missing.map(|(what, _)| format!("{}: take the {what} from the workspace", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::file;
    use super::*;

    const WHOLE: &str = "[package]\nedition.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\n\
                         [lints]\nworkspace = true\n";

    #[test]
    fn a_manifest_that_inherits_everything_is_fine() {
        assert_eq!(check(&[file("crates/x/Cargo.toml", WHOLE)]), Problems::default());
    }

    #[test]
    fn a_crate_with_lints_of_its_own_is_named() {
        let own = WHOLE.replace("[lints]\nworkspace = true", "[lints.clippy]\nall = \"allow\"");
        let problems = check(&[file("crates/x/Cargo.toml", own)]);
        assert_eq!(problems.texts(), ["crates/x/Cargo.toml: take the lints from the workspace"]);
    }

    #[test]
    fn the_workspace_itself_is_no_package() {
        assert_eq!(check(&[file("Cargo.toml", "[workspace]\n")]), Problems::default());
    }
}
