//! What a command says to its user.

use super::Verbosity;
use gibbon_conf::Loaded;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// A line of the result, on standard output. A reader that is gone (`gibbon version | true`) is no failure.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// A line about what happens, on standard error so that results can be piped.
pub(super) fn note(verbosity: Verbosity, line: &str) {
    if verbosity >= Verbosity::Verbose {
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// A line about what is not as the user will have thought.
pub(super) fn warn(line: &str) {
    let _ = writeln!(io::stderr(), "Warning: {line}");
}

/// What has no effect in a configuration, and with `--vv` all of it. Settings hold no secrets.
pub(super) fn show_loaded(loaded: &Loaded, verbosity: Verbosity) {
    for warning in &loaded.warnings {
        warn(&warning.to_string());
    }
    match &loaded.file {
        Some(file) => note(verbosity, &format!("read the configuration file {}", file.display())),
        None => note(verbosity, "no configuration file found"),
    }
    note(verbosity, &format!("prefix in use: {}", loaded.conf.prefix.display()));
    if verbosity == Verbosity::Debug {
        let _ = writeln!(io::stderr(), "{:#?}", loaded.conf);
    }
}

/// Help, the version, or what is wrong with the arguments. Kong ends with 1 for the latter, not with clap's 2.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
