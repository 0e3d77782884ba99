//! Runs the command under test.

use std::process::Command;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Done {
    /// The exit status.
    pub(crate) status: i32,
    /// What it wrote to standard output.
    pub(crate) out: String,
    /// What it wrote to standard error.
    pub(crate) err: String,
}

/// Runs `gibbon` and waits for its end.
pub(crate) fn gibbon(arguments: &[&str]) -> Done {
    gibbon_with(arguments, &[])
}

/// The same with environment variables.
pub(crate) fn gibbon_with(arguments: &[&str], env: &[(&str, &str)]) -> Done {
    let output = command(arguments, env).output().unwrap();
    Done {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// `gibbon`, not yet started. None of the machine's own settings gets in.
pub(crate) fn command(arguments: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gibbon"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KONG_") || name.to_string_lossy().starts_with("GIBBON_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).envs(env.iter().copied());
    command
}
