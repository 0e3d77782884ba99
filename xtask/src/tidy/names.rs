//! Names that say nothing: what is called `util` belongs to the noun that it serves.

use super::tree::File;
use crate::problems::Problems;

const SAY_NOTHING: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

/// Folders and files of Rust source named after nothing, and `mod.rs`.
pub(crate) fn check(files: &[File]) -> Problems {
    files.iter().filter(|file| file.is_rust()).filter_map(problem).collect()
}

fn problem(file: &File) -> Option<String> {
    if file.name() == "mod.rs" {
        return Some(format!("{}: write `foo.rs` beside `foo/`, not `foo/mod.rs`", file.path));
    }
    let part = file.path.split('/').map(|part| part.trim_end_matches(".rs")).find(|part| SAY_NOTHING.contains(part))?;
    Some(format!("{}: `{part}` says nothing; name it after its noun or move it to its only user", file.path))
}

#[cfg(test)]
mod tests {
    use super::super::tree::file;
    use super::*;

    #[test]
    fn names_that_say_nothing_are_refused_as_file_and_as_folder() {
        for path in ["crates/x/src/util.rs", "crates/x/src/helpers/a.rs", "crates/common/src/lib.rs"] {
            assert_eq!(check(&[file(path, "")]).texts().len(), 1, "{path}");
        }
        assert_eq!(check(&[file("crates/x/src/commons.rs", "")]), Problems::default());
    }

    #[test]
    fn a_mod_rs_is_refused() {
        assert_eq!(check(&[file("crates/x/src/a/mod.rs", "")]).texts().len(), 1);
    }
}
