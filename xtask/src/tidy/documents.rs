//! Documents that must stay true: the crate list of `ARCHITECTURE.md`, lengths that keep a page readable, links.

use std::collections::BTreeSet;

use super::tree::File;
use crate::problems::Problems;

const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// The longest that a page may be, in lines, by the start of its path.
const PAGE_LIMITS: &[(&str, usize)] = &[(ARCHITECTURE, 300), ("docs/adr/", 60)];

/// All that is wrong with documents.
pub(crate) fn check(files: &[File]) -> Problems {
    let mut problems = Problems::default();
    problems.append(crate_list(files));
    for page in files.iter().filter(|file| file.path.ends_with(".md")) {
        problems.append(too_long(page).into_iter().collect());
        problems.append(dead_links(page, files));
    }
    problems
}

/// The headings ``### `crates/name` `` against the folders below `crates/`.
fn crate_list(files: &[File]) -> Problems {
    let folders: BTreeSet<&str> = files.iter().filter_map(|file| crate_folder(&file.path)).collect();
    let text = files.iter().find(|file| file.path == ARCHITECTURE).map_or("", |file| &file.text);
    let described: BTreeSet<&str> = text.lines().filter_map(described_crate).collect();
    let absent = folders.difference(&described).map(|name| format!("{ARCHITECTURE} does not describe `crates/{name}`"));
    let gone =
        described.difference(&folders).map(|name| format!("{ARCHITECTURE} describes `crates/{name}`: not there"));
    absent.chain(gone).collect()
}

fn crate_folder(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml").filter(|name| !name.contains('/'))
}

fn described_crate(line: &str) -> Option<&str> {
    line.strip_prefix("### `crates/")?.split('`').next()
}

fn too_long(page: &File) -> Option<String> {
    let (_, limit) = PAGE_LIMITS.iter().find(|(start, _)| page.path.starts_with(start))?;
    let lines = page.text.lines().count();
    (lines > *limit).then(|| format!("{}: {lines} lines, at most {limit}", page.path))
}

/// Relative links to documents that are not there. Only Markdown and Rust targets are known to the tree that was
/// read, so others (folders, images) are not looked at.
fn dead_links(page: &File, files: &[File]) -> Problems {
    let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
    let local =
        targets.filter(|target| !target.contains("://") && (target.ends_with(".md") || target.ends_with(".rs")));
    let dead = local.filter(|target| !files.iter().any(|file| file.path == resolve(&page.path, target)));
    dead.map(|target| format!("{}: the link to `{target}` leads nowhere", page.path)).collect()
}

fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::tree::file;
    use super::*;

    fn architecture(text: &str) -> Vec<File> {
        vec![file(ARCHITECTURE, text), file("crates/router/Cargo.toml", ""), file("crates/jose/Cargo.toml", "")]
    }

    #[test]
    fn every_crate_is_described_and_no_other() {
        let whole = architecture("### `crates/jose`, floor 2\n### `crates/router`\n");
        assert_eq!(check(&whole), Problems::default());
        let wrong = architecture("### `crates/jose`\n### `crates/attic`\n");
        let problems = check(&wrong);
        assert_eq!(
            problems.texts(),
            [
                "ARCHITECTURE.md does not describe `crates/router`",
                "ARCHITECTURE.md describes `crates/attic`: not there"
            ]
        );
    }

    #[test]
    fn a_decision_fits_on_a_page() {
        assert_eq!(check(&[file("docs/adr/0001-a.md", "x\n".repeat(60))]), Problems::default());
        assert_eq!(check(&[file("docs/adr/0001-a.md", "x\n".repeat(61))]).texts().len(), 1);
    }

    #[test]
    fn a_link_leads_somewhere() {
        let pages = [
            file("README.md", "[jwt](docs/jwt.md#fields) [site](https://example.com/a.md)"),
            file("docs/jwt.md", "[back](../README.md) [gone](gone.md)"),
        ];
        assert_eq!(check(&pages).texts(), ["docs/jwt.md: the link to `gone.md` leads nowhere"]);
    }
}
