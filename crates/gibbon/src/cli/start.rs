//! `gibbon start`: the foreground by default, as containers and process managers want it.
//!
//! With `--daemon` (or `nginx_daemon = on`) the command starts itself a second time with `--detached`, which is the gateway.

use super::node::NodeArgs;
use super::terminal::{say, show_loaded};
use super::{Failure, Verbosity};
use crate::app;
use crate::background;
use crate::conf_source::{self, ConfSource};
use crate::logging::Logging;
use crate::pid_file::PidFile;
use gibbon_conf::{Conf, Loaded, LogTarget, Run, Warning};
use std::ffi::OsString;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Put the gateway into the background, and return when its ports are open.
    #[arg(long)]
    daemon: bool,
    /// Be the gateway in the background.
    #[arg(long, hide = true, requires = "daemon")]
    detached: bool,
}

/// What a gateway starts from.
#[derive(Debug)]
pub(crate) struct Boot {
    /// The settings.
    pub(crate) conf: Conf,
    /// Where they can be read again.
    pub(crate) source: ConfSource,
    /// The logs, already those of the process.
    pub(crate) logging: Logging,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let source = args.node.source();
    let source = if args.daemon { source.in_background() } else { source };
    // Before the session is left: until then, relative paths are those of the user.
    let loaded = source.load()?;
    if args.detached {
        return detached(loaded, source);
    }
    show_loaded(&loaded, verbosity);
    match loaded.conf.run {
        Run::Background => in_background(&args.node, verbosity),
        Run::Foreground => serve(loaded, source, || say("Gibbon started")),
    }
}

/// Starts the gateway as a process of its own.
pub(super) fn in_background(node: &NodeArgs, verbosity: Verbosity) -> Result<(), Failure> {
    let mut arguments: Vec<OsString> = ["start", "--daemon", "--detached"].map(OsString::from).to_vec();
    if let Some(conf) = &node.conf {
        arguments.extend(["-c".into(), conf.into()]);
    }
    if let Some(prefix) = &node.prefix {
        arguments.extend(["-p".into(), prefix.into()]);
    }
    if verbosity > Verbosity::Normal {
        arguments.push("--v".into());
    }
    background::spawn(&arguments)?;
    say("Gibbon started");
    Ok(())
}

fn detached(loaded: Loaded, source: ConfSource) -> Result<(), Failure> {
    background::leave_session().map_err(background::BackgroundError::from)?;
    serve(loaded, source, || {
        if let Err(error) = background::report_ready() {
            // Whoever gave the command is gone; the gateway serves all the same.
            tracing::warn!(%error, "cannot leave the terminal");
        }
    })
}

/// Serves until the gateway is told to stop. What it holds on to is given back in reverse order, the prefix last.
fn serve(loaded: Loaded, source: ConfSource, ready: impl FnOnce()) -> Result<(), Failure> {
    let Loaded { conf, warnings, file } = loaded;
    prepare(&conf.prefix)?;
    let _claim = PidFile::claim(&conf.prefix)?;
    let failed = |source| Failure::Prefix { path: conf.prefix.clone(), source };
    conf_source::note(&conf.prefix, file.as_deref()).map_err(failed)?;
    let logging = Logging::start(&conf.logs).map_err(Failure::Log)?;
    log_warnings(&conf, &warnings);
    Ok(app::run(Boot { conf, source, logging }, ready)?)
}

/// Makes the folder, for its owner alone: secrets of consumers will be in it.
fn prepare(prefix: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(prefix);
    made.map_err(|source| Failure::Prefix { path: prefix.to_path_buf(), source })
}

/// In the foreground the user has just seen them on the same terminal.
fn log_warnings(conf: &Conf, warnings: &[Warning]) {
    if conf.logs.proxy_error != LogTarget::Stderr {
        warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
}
