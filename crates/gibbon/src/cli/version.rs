//! `gibbon version`: one number alone, for scripts; with `-a` what a bug report needs.

use super::Failure;
use super::terminal::say;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also the versions of what Gibbon is made of and made for.
    #[arg(short = 'a', long)]
    all: bool,
}

const ALL: &[(&str, &str)] = &[
    ("Gibbon", env!("CARGO_PKG_VERSION")),
    ("Kong interfaces", "3.10.0"),
    ("hyper", env!("COMPILED_HYPER_VERSION")),
    ("tokio", env!("COMPILED_TOKIO_VERSION")),
    ("aws-lc-rs", env!("COMPILED_AWS_LC_RS_VERSION")),
    ("libsqlite3-sys", env!("COMPILED_LIBSQLITE3_SYS_VERSION")),
    ("rustc", env!("COMPILED_RUSTC_VERSION")),
];

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if args.all {
        ALL.iter().for_each(|(name, version)| say(&format!("{name}: {version}")));
    } else {
        say(env!("CARGO_PKG_VERSION"));
    }
    Ok(())
}
