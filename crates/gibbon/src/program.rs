//! Which program this process was started as.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// The program by the name that it was started under, for whoever starts it again. What a name leads to may have been
/// exchanged meanwhile, which is the point: the system knows only the file that was there.
///
/// # Errors
/// Where the system does not know either.
pub(crate) fn path() -> io::Result<PathBuf> {
    let name = std::env::args_os().next().unwrap_or_default();
    let found = if name.as_encoded_bytes().contains(&b'/') {
        std::env::current_dir().ok().map(|folder| folder.join(&name)).filter(|path| path.is_file())
    } else {
        search(&name, &std::env::var_os("PATH").unwrap_or_default())
    };
    found.map_or_else(std::env::current_exe, Ok)
}

/// As shells look for a command.
fn search(name: &OsStr, folders: &OsStr) -> Option<PathBuf> {
    if Path::new(name).file_name() != Some(name) {
        return None;
    }
    std::env::split_paths(folders).map(|folder| folder.join(name)).find(|path| path.is_absolute() && path.is_file())
}

#[cfg(test)]
mod tests {
    use super::search;
    use std::ffi::OsStr;

    #[test]
    fn a_name_without_a_folder_is_looked_for_as_shells_do() {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        std::fs::write(folders[1].path().join("gibbon"), "").unwrap();
        let path = std::env::join_paths(folders.iter().map(tempfile::TempDir::path)).unwrap();
        assert_eq!(search(OsStr::new("gibbon"), &path), Some(folders[1].path().join("gibbon")));
        assert_eq!(search(OsStr::new("kong"), &path), None);
        assert_eq!(search(OsStr::new(""), &path), None);
    }
}
