//! The process id file of a gateway, `<prefix>/pids/gibbon.pid`, and whether a gateway runs at a prefix.
//!
//! A gateway holds a lock on its file for as long as it lives; the kernel lets go of it however the process ends. So a file
//! that a crash left behind is never taken for a gateway, nor is another process that has got its number since.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::unistd::Pid;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Why a gateway cannot claim a prefix.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PidFileError {
    /// Another one has it.
    #[error("Gibbon is already running in {}", prefix.display())]
    Running {
        /// The prefix.
        prefix: PathBuf,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A claim on a prefix; dropping it gives the prefix up.
///
/// Locks of this kind belong to the process and end when *any* of its descriptors of the file is closed, so nothing else
/// in the process of a gateway may open the file.
#[derive(Debug)]
pub(crate) struct PidFile {
    prefix: PathBuf,
    path: PathBuf,
    _file: File,
}

impl PidFile {
    /// Claims a prefix, whose folder has to exist, and writes down the id of this process.
    ///
    /// # Errors
    /// When another gateway has it, or the file cannot be written.
    pub(crate) fn claim(prefix: &Path) -> Result<Self, PidFileError> {
        Self::claim_at(prefix, path_below(prefix))
    }

    /// A file beside that of the gateway which has the prefix, to take its place: see [`PidFile::move_in`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn beside(prefix: &Path) -> Result<Self, PidFileError> {
        Self::claim_at(prefix, path_beside(prefix, Pid::this()))
    }

    fn claim_at(prefix: &Path, path: PathBuf) -> Result<Self, PidFileError> {
        let failed = |source| PidFileError::Io { path: path.clone(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        loop {
            let mut options = OpenOptions::new();
            let mut file =
                options.read(true).write(true).create(true).truncate(false).mode(0o644).open(&path).map_err(failed)?;
            match fcntl(&file, FcntlArg::F_SETLK(&whole_file(libc::F_WRLCK))) {
                Ok(_) => {}
                Err(Errno::EACCES | Errno::EAGAIN) => {
                    return Err(PidFileError::Running { prefix: prefix.to_path_buf() });
                }
                Err(errno) => return Err(failed(errno.into())),
            }
            // A gateway that was just ending may have removed the file between the opening and the lock: then the lock
            // is on a file that nobody else will ever find.
            if file.metadata().map_err(failed)?.nlink() > 0 {
                file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(failed)?;
                return Ok(Self { prefix: prefix.to_path_buf(), path, _file: file });
            }
        }
    }

    /// Makes room for the process that takes over. Until it has moved in, the file is there under both names, so that
    /// the prefix is never free.
    ///
    /// # Errors
    /// When the file system does not allow it.
    pub(crate) fn move_aside(&mut self) -> Result<(), PidFileError> {
        let beside = path_beside(&self.prefix, Pid::this());
        std::fs::hard_link(&self.path, &beside).map_err(|source| PidFileError::Io { path: beside.clone(), source })?;
        self.path = beside;
        Ok(())
    }

    /// Takes the place of the process that has moved aside, or takes it back from one that is gone.
    ///
    /// # Errors
    /// When the file system does not allow it.
    pub(crate) fn move_in(&mut self) -> Result<(), PidFileError> {
        let place = path_below(&self.prefix);
        std::fs::rename(&self.path, &place).map_err(|source| PidFileError::Io { path: place.clone(), source })?;
        // If both names were of this very file, renaming has changed nothing (POSIX), and one name is too many.
        let _ = std::fs::remove_file(&self.path);
        self.path = place;
        Ok(())
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Still under the lock. If it fails, the file stays without a lock, which means the same.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Who holds a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody: no gateway runs there.
    Nobody,
    /// The gateway in this process.
    Process(Pid),
    /// A gateway that this process cannot see, in another container: the number in its file is not for us.
    Unseen,
}

/// Looks who holds a prefix, without touching anything.
pub(crate) fn holder(prefix: &Path) -> Holder {
    holder_of(&path_below(prefix))
}

/// The processes that have handed a prefix over and serve what was under way then.
pub(crate) fn predecessors(prefix: &Path) -> Vec<Pid> {
    let Ok(files) = std::fs::read_dir(path_below(prefix).with_file_name("")) else { return Vec::new() };
    let beside = |name: &str| name.strip_prefix(FILE)?.strip_prefix('.')?.parse().ok().map(Pid::from_raw);
    let names = files.filter_map(|file| beside(file.ok()?.file_name().to_str()?));
    names.filter(|pid| is_predecessor(prefix, *pid)).collect()
}

/// Whether a process is one of those.
pub(crate) fn is_predecessor(prefix: &Path, pid: Pid) -> bool {
    holder_of(&path_beside(prefix, pid)) == Holder::Process(pid)
}

fn holder_of(path: &Path) -> Holder {
    let mut lock = whole_file(libc::F_WRLCK);
    let asked = File::open(path).map(|file| fcntl(&file, FcntlArg::F_GETLK(&mut lock)));
    match asked {
        Ok(Ok(_)) if i32::from(lock.l_type) == libc::F_UNLCK => Holder::Nobody,
        Ok(Ok(_)) if lock.l_pid > 0 => Holder::Process(Pid::from_raw(lock.l_pid)),
        Ok(Ok(_)) => Holder::Unseen,
        // No file, or one that cannot be read: then no gateway of this user's has made it.
        Ok(Err(_)) | Err(_) => Holder::Nobody,
    }
}

const FILE: &str = "gibbon.pid";

fn path_below(prefix: &Path) -> PathBuf {
    prefix.join("pids").join(FILE)
}

/// Where the file of a process is that does not have the prefix yet, or no longer.
fn path_beside(prefix: &Path, pid: Pid) -> PathBuf {
    prefix.join("pids").join(format!("{FILE}.{pid}"))
}

/// A lock on all of a file; the constants are small, whatever the width of the field on this system.
fn whole_file(kind: libc::c_int) -> libc::flock {
    libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, PidFile, holder};

    #[test]
    fn a_claim_writes_the_id_down_and_takes_it_away_at_its_end() {
        let prefix = tempfile::tempdir().unwrap();
        let path = prefix.path().join("pids/gibbon.pid");
        let claim = PidFile::claim(prefix.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
        drop(claim);
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_a_crash_left_behind_is_no_gateway_and_in_nobodys_way() {
        let prefix = tempfile::tempdir().unwrap();
        std::fs::create_dir(prefix.path().join("pids")).unwrap();
        let path = prefix.path().join("pids/gibbon.pid");
        std::fs::write(&path, "1\nleft over and longer than the new one\n").unwrap();
        assert_eq!(holder(prefix.path()), Holder::Nobody, "process 1 lives, but holds no lock");
        let _claim = PidFile::claim(prefix.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
    }

    #[test]
    fn whoever_moves_aside_can_take_its_place_back() {
        let prefix = tempfile::tempdir().unwrap();
        let mut claim = PidFile::claim(prefix.path()).unwrap();
        claim.move_aside().unwrap();
        let files = || std::fs::read_dir(prefix.path().join("pids")).unwrap().count();
        assert_eq!(files(), 2, "the prefix is not free before somebody else has it");
        claim.move_in().unwrap();
        assert_eq!(files(), 1);
        drop(claim);
        assert_eq!(files(), 0);
    }
}
