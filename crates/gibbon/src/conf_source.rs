//! Where this process's settings come from: the file and options it was started with, and its environment.

use gibbon_conf::{ConfError, ConfFile, Loaded, Machine, Sources, User};
use std::io;
use std::path::{Path, PathBuf};

/// The name, below the prefix, of a note of the file with which the gateway there runs. `gibbon reload` goes by it,
/// so that a gateway does not change to another file by itself, and may change it.
const NOTE: &str = ".gibbon_conf";

/// Enough to read the settings, and to read them again.
#[derive(Debug, Clone)]
pub(crate) struct ConfSource {
    file: ConfFile,
    options: Vec<(&'static str, &'static str, String)>,
    folder: PathBuf,
}

impl ConfSource {
    /// From the options `-c` and `-p`; relative paths start at the working folder as it is now.
    pub(crate) fn new(conf: Option<&Path>, prefix: Option<&str>) -> Self {
        let folder = std::env::current_dir().unwrap_or_else(|_| "/".into());
        let file = conf.map_or_else(ConfFile::usual, |path| ConfFile::At(folder.join(path)));
        let options = prefix.map(|prefix| ("-p", "prefix", prefix.to_owned())).into_iter().collect();
        Self { file, options, folder }
    }

    /// The same with the option `--daemon`.
    pub(crate) fn in_background(mut self) -> Self {
        self.options.push(("--daemon", "nginx_daemon", "on".to_owned()));
        self
    }

    /// Where relative paths start.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads everything.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub(crate) fn load(&self) -> Result<Loaded, Vec<ConfError>> {
        gibbon_conf::load(&self.sources(self.file.clone()))
    }

    /// Reads everything again for a gateway that runs at `prefix`: from the file that `gibbon reload -c` named, else from
    /// the one of its start.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub(crate) fn reload(&self, prefix: &Path) -> Result<Loaded, Vec<ConfError>> {
        let file = noted(prefix).map_or_else(|| self.file.clone(), ConfFile::At);
        gibbon_conf::load(&self.sources(file))
    }

    /// Only the prefix, whatever else is wrong.
    ///
    /// # Errors
    /// When the file cannot be read, or no prefix can be derived.
    pub(crate) fn prefix(&self) -> Result<PathBuf, ConfError> {
        gibbon_conf::prefix(&self.sources(self.file.clone()))
    }

    fn sources(&self, file: ConfFile) -> Sources {
        let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
        let env = std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        let user = if nix::unistd::geteuid().is_root() { User::Root } else { User::Ordinary };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let machine = Machine { user, cores, folder: self.folder.clone() };
        Sources { file, env, options: self.options.clone(), machine }
    }
}

/// Writes down which file a gateway runs with. Without a file there is nothing to write down.
///
/// # Errors
/// When the prefix cannot be written to.
pub(crate) fn note(prefix: &Path, file: Option<&Path>) -> io::Result<()> {
    let note = prefix.join(NOTE);
    match file {
        Some(file) => std::fs::write(note, format!("{}\n", file.display())),
        None => match std::fs::remove_file(note) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    }
}

/// The file that the gateway at a prefix runs with.
pub(crate) fn noted(prefix: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(prefix.join(NOTE)).ok()?;
    Some(text.trim_end_matches('\n').into()).filter(|path: &PathBuf| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::{note, noted};
    use std::path::Path;

    #[test]
    fn a_note_of_the_file_is_read_back_and_goes_when_there_is_no_file() {
        let prefix = tempfile::tempdir().unwrap();
        assert_eq!(noted(prefix.path()), None);
        note(prefix.path(), Some(Path::new("/etc/my gateway.conf"))).unwrap();
        assert_eq!(noted(prefix.path()).as_deref(), Some(Path::new("/etc/my gateway.conf")));
        note(prefix.path(), None).unwrap();
        note(prefix.path(), None).unwrap();
        assert_eq!(noted(prefix.path()), None);
    }
}
