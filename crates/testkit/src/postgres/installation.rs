//! Where the programs of PostgreSQL are, and who may run the server.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of PostgreSQL, and the user and group to run the server as, where it may not be the present one.
#[derive(Clone, Debug)]
pub(super) struct Installation {
    pub(super) programs: PathBuf,
    pub(super) user: Option<(u32, u32)>,
}

/// Whether PostgreSQL is installed. A test that needs it begins with this and, where it is not, ends here.
///
/// # Panics
/// Where it is not, and `GIBBON_NO_SKIP` says that no test may be left out.
pub fn is_installed() -> bool {
    if programs().is_some() {
        return true;
    }
    let may_skip = env::var_os("GIBBON_NO_SKIP").is_none_or(|value| value == "0");
    assert!(may_skip, "PostgreSQL is not installed, and no test may be skipped");
    eprintln!("skipped: PostgreSQL is not installed");
    false
}

impl Installation {
    /// What is on this machine.
    pub(super) fn here() -> Self {
        let programs = programs().expect("a test asks first whether PostgreSQL is installed");
        let is_root = nix::unistd::geteuid().is_root();
        Self { programs, user: is_root.then(ordinary_user) }
    }

    /// A program, to be run as the server's user.
    pub(super) fn program(&self, name: &str) -> Command {
        use std::os::unix::process::CommandExt as _;
        let mut command = Command::new(self.programs.join(name));
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The newest of what Debian's packages install, else what is in the path, else what `pg_config` says.
fn programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).is_file());
    let path = env::var_os("PATH").unwrap_or_default();
    debian().into_iter().chain(env::split_paths(&path)).chain(configured()).find(has_all)
}

fn debian() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).collect();
    let number = |path: &Path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    versions.into_iter().map(|version| version.join("bin")).collect()
}

fn configured() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The server refuses to run as root.
fn ordinary_user() -> (u32, u32) {
    let named = |name| nix::unistd::User::from_name(name).ok().flatten();
    let user = named("postgres").or_else(|| named("nobody")).expect("there is a user besides root");
    (user.uid.as_raw(), user.gid.as_raw())
}
