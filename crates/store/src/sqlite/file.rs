//! The file and its folder. They hold secrets, so that nobody but their owner may read them.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes sure that the file is there. SQLite would create it readable for all; its log and index files then take
/// their mode from it.
pub(super) fn prepare(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        // Someone has opened it up, perhaps for a backup: that is theirs to decide, but they should know.
        tracing::warn!(store.path = %path.display(), "the store can be read by others than its owner (mode {mode:03o})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_file_and_its_new_folders_belong_to_their_owner_alone() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("a/b/gibbon.db");
        prepare(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!((mode(&base.path().join("a")), mode(&base.path().join("a/b"))), (0o700, 0o700));
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("gibbon.db");
        fs::write(&path, "content").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        prepare(&path).unwrap();
        assert_eq!((mode(&path), fs::read_to_string(&path).unwrap()), (0o640, "content".to_owned()));
    }
}
