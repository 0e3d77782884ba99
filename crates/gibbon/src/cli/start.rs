//! `gibbon start`: the foreground by default, as containers and process managers want it.
//!
//! With `--daemon` (or `nginx_daemon = on`) the command starts itself a second time with `--detached`, which is the gateway.

use super::node::NodeArgs;
use super::terminal::{note, say, show_loaded, warn};
use super::{Failure, Verbosity};
use crate::app::{self, AppError, Seat};
use crate::background;
use crate::conf_source::{self, ConfSource};
use crate::handover::Successor;
use crate::logging::Logging;
use crate::pid_file::PidFile;
use crate::program;
use gibbon_conf::{Conf, Loaded, LogTarget, Run, Warning};
use gibbon_vault::Vaults;
use std::ffi::OsString;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Put the gateway into the background, and return when its ports are open.
    #[arg(long)]
    daemon: bool,
    #[command(flatten)]
    of_kong: OfKong,
    /// Be the gateway in the background.
    #[arg(long, hide = true, requires = "daemon")]
    detached: bool,
    /// Take over from the gateway that has started this process.
    #[arg(long, hide = true)]
    successor: bool,
}

/// Options of Kong's command that scripts give.
#[derive(Debug, clap::Args)]
pub(super) struct OfKong {
    /// Bring the database up to date before the start. The embedded one always is.
    #[arg(long)]
    run_migrations: bool,
    /// Seconds to wait for a database on the network; the embedded one needs none.
    #[arg(long, value_name = "SECONDS")]
    db_timeout: Option<u32>,
    /// A template for nginx; there is none here.
    #[arg(long, value_name = "FILE")]
    nginx_conf: Option<PathBuf>,
}

impl OfKong {
    /// Names what was given and changes nothing. What is done anyway needs no words.
    pub(super) fn name_what_has_no_effect(&self, verbosity: Verbosity) {
        if self.run_migrations {
            note(verbosity, "the embedded database is brought up to date at every start");
        }
        if self.nginx_conf.is_some() {
            warn("`--nginx-conf` has no effect: this gateway is not nginx, and has no template");
        }
        if self.db_timeout.is_some() {
            warn("`--db-timeout` has no effect: the embedded database is there at once");
        }
    }
}

/// What a gateway starts from.
#[derive(Debug)]
pub(crate) struct Boot {
    /// The settings.
    pub(crate) conf: Conf,
    /// Where references to secrets are looked up.
    pub(crate) vaults: Vaults,
    /// Where they can be read again.
    pub(crate) source: ConfSource,
    /// The logs, already those of the process.
    pub(crate) logging: Logging,
    /// What this process runs, as it will be started again.
    pub(crate) program: PathBuf,
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let source = args.node.source();
    let source = if args.daemon { source.in_background() } else { source };
    // Before the session is left: until then, relative paths are those of the user.
    let loaded = source.load()?;
    let arrival = if args.successor { Arrival::AsSuccessor } else { Arrival::AsFirst };
    if args.detached {
        return detached(loaded, source, arrival);
    }
    show_loaded(&loaded, verbosity);
    args.of_kong.name_what_has_no_effect(verbosity);
    match loaded.conf.run {
        Run::Background if arrival == Arrival::AsFirst => in_background(&args.node, verbosity),
        Run::Background | Run::Foreground => serve(loaded, source, arrival, || say("Gibbon started")),
    }
}

/// How a gateway comes to a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// Nobody may be there.
    AsFirst,
    /// Who is there has started this process, to be succeeded by it.
    AsSuccessor,
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

fn detached(loaded: Loaded, source: ConfSource, arrival: Arrival) -> Result<(), Failure> {
    background::leave_session().map_err(background::BackgroundError::from)?;
    serve(loaded, source, arrival, || {
        if let Err(error) = background::report_ready() {
            // Whoever gave the command is gone; the gateway serves all the same.
            tracing::warn!(%error, "cannot leave the terminal");
        }
    })
}

/// Serves until the gateway is told to stop. What it holds on to is given back in reverse order, the prefix last.
fn serve(loaded: Loaded, source: ConfSource, arrival: Arrival, ready: impl FnOnce()) -> Result<(), Failure> {
    let Loaded { conf, vaults, warnings, file } = loaded;
    let program = program::path().map_err(background::BackgroundError::from)?;
    prepare(&conf.prefix)?;
    let seat = match arrival {
        Arrival::AsFirst => Seat::Own(PidFile::claim(&conf.prefix)?),
        Arrival::AsSuccessor => {
            let (successor, listeners) = Successor::begin().map_err(AppError::from)?;
            Seat::Anothers(successor, listeners)
        }
    };
    let failed = |source| Failure::Prefix { path: conf.prefix.clone(), source };
    conf_source::note(&conf.prefix, file.as_deref()).map_err(failed)?;
    let logging = Logging::start(&conf.logs).map_err(Failure::Log)?;
    log_warnings(&conf, &warnings);
    Ok(app::run(Boot { conf, vaults, source, logging, program }, seat, ready)?)
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
