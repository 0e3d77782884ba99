//! The files that belong to the project, read once for all checks.

use std::fs;
use std::path::Path;

use crate::problems::Problems;

/// A text file of the project. Checks see only this, so that their tests need no disk.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// From the root of the workspace, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The name after the last `/`.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Folders that are built, installed or run, never written by hand.
const GENERATED: &[&str] = &["target", "prefix", "node_modules", "__pycache__", "venv", ".venv", ".git"];

/// The kinds of file that any check asks for.
const READ: &[&str] = &["rs", "toml", "md", "sh", "py"];

/// Every file of the kinds above, sorted by path.
pub(crate) fn read(root: &Path) -> Result<Vec<File>, Problems> {
    let mut files = Vec::new();
    collect(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(root: &Path, folder: &str, files: &mut Vec<File>) -> Result<(), Problems> {
    let unreadable = |path: &str, error| Problems::one(format!("cannot read `{path}`: {error}"));
    for entry in fs::read_dir(root.join(folder)).map_err(|error| unreadable(folder, error))? {
        let entry = entry.map_err(|error| unreadable(folder, error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().map_err(|error| unreadable(&path, error))?;
        if kind.is_dir() && !GENERATED.contains(&name.as_str()) {
            collect(root, &path, files)?;
        } else if kind.is_file() && READ.contains(&name.rsplit('.').next().unwrap_or_default()) {
            let text = fs::read_to_string(root.join(&path)).map_err(|error| unreadable(&path, error))?;
            files.push(File { path, text });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) fn file(path: &str, text: impl Into<String>) -> File {
    File { path: path.to_owned(), text: text.into() }
}
