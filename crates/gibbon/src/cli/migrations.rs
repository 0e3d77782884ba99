//! `gibbon migrations`: the tables of the database. Words and exit statuses are those of Kong's command.
//!
//! SQLite's file is brought up to date by each start, so that these commands are for PostgreSQL; they work for both.

mod confirm;
mod report;
mod step;

use super::node::NodeArgs;
use super::terminal::{say, show_loaded};
use super::{Failure, Verbosity};
use crate::app::database;
use gibbon_conf::{Conf, Database};
use gibbon_store::{Migrations, Repeat, StoreError};
use report::{Report, Voice};
use std::time::Duration;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to do.
    #[arg(value_enum)]
    command: Command,
    #[command(flatten)]
    node: NodeArgs,
    /// Answer "yes" to every question.
    #[arg(short = 'y', long)]
    yes: bool,
    /// Say nothing.
    #[arg(short = 'q', long)]
    quiet: bool,
    /// Also do what is done already.
    #[arg(short = 'f', long)]
    force: bool,
    /// How many seconds each statement of the database may take; without it, `pg_timeout` says that.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    db_timeout: Option<u32>,
    /// How many seconds to wait for another node that changes the tables.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    lock_timeout: u32,
}

/// What to do with the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Command {
    /// Make the tables in an empty database.
    Bootstrap,
    /// Take the first half of every new step: nodes of the old version and of the new may then run side by side.
    Up,
    /// Take the second half of the steps that `up` has begun, when every node is of the new version.
    Finish,
    /// Name the steps that were taken.
    List,
    /// The same as JSON.
    Status,
    /// Take all tables away, and with them everything that is configured.
    Reset,
}

/// Why the tables are not as they were to be. The texts are Kong's.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrationsError {
    /// The database does not do what it is asked.
    #[error("{place}: {source}{}", reason(source))]
    Database {
        /// Which database.
        place: String,
        /// What it says.
        source: StoreError,
    },
    /// Nothing has tables.
    #[error("Cannot run migrations: there is no database, `database = off`")]
    NoDatabase,
    /// There are no tables to bring up to date.
    #[error("Cannot run migrations: database needs bootstrapping; run 'gibbon migrations bootstrap'")]
    NeedsBootstrapping,
    /// There are no tables whose steps could be finished.
    #[error("Cannot run migrations; run 'gibbon migrations bootstrap' instead")]
    NothingToFinish,
    /// Steps of the version before are not finished.
    #[error("Database has pending migrations; run 'gibbon migrations finish'")]
    Pending,
    /// Somebody else changes the tables, and has not ended in time.
    #[error("aborted: another node is performing database changes")]
    Locked,
    /// A question cannot be asked.
    #[error("not a tty: invoke 'reset' non-interactively with the --yes flag")]
    NoTerminal,
    /// The system refuses a runtime.
    #[error("cannot run: {0}")]
    Io(#[from] std::io::Error),
}

/// What the driver says, which is what an administrator needs.
fn reason(error: &StoreError) -> String {
    std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default()
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let mut loaded = args.node.source().load()?;
    if let (Database::Postgres(postgres), Some(seconds)) = (&mut loaded.conf.database, args.db_timeout) {
        postgres.timeout = Duration::from_secs(seconds.into());
    }
    if !args.quiet {
        show_loaded(&loaded, verbosity);
    }
    if args.command == Command::Reset && !args.yes && !confirm::reset()? {
        say("cancelled");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(MigrationsError::from)?;
    runtime.block_on(Session::new(args, &loaded.conf).perform(args.command))
}

/// One command on one database.
struct Session {
    database: Database,
    report: Report,
    patience: Duration,
    repeat: Repeat,
}

impl Session {
    fn new(args: &Args, conf: &Conf) -> Self {
        let voice = if args.quiet { Voice::Quiet } else { Voice::Aloud };
        Self {
            database: conf.database.clone(),
            report: Report::new(voice, name(&conf.database)),
            patience: Duration::from_secs(args.lock_timeout.into()),
            repeat: if args.force { Repeat::Executed } else { Repeat::Nothing },
        }
    }

    async fn perform(&self, command: Command) -> Result<(), Failure> {
        let tables = database::migrations(&self.database).await.map_err(|error| self.failure(error))?;
        let mut tables = tables.ok_or(MigrationsError::NoDatabase)?;
        match command {
            Command::List => self.report.list(&self.state(&mut *tables).await?),
            Command::Status => {
                Report::status(&self.state(&mut *tables).await?);
                Ok(())
            }
            Command::Bootstrap => self.bootstrap(&mut *tables).await,
            Command::Up => self.up(&mut *tables).await,
            Command::Finish => self.finish(&mut *tables).await,
            Command::Reset => self.reset(&mut *tables).await,
        }
    }

    async fn state(&self, tables: &mut dyn Migrations) -> Result<gibbon_store::SchemaState, Failure> {
        tables.state().await.map_err(|error| self.failure(error))
    }

    fn failure(&self, source: StoreError) -> Failure {
        let place = match &self.database {
            Database::Postgres(postgres) => database::place(postgres),
            other => name(other),
        };
        MigrationsError::Database { place, source }.into()
    }
}

/// The database as lines about it call it.
fn name(database: &Database) -> String {
    match database {
        Database::Sqlite { path } => path.display().to_string(),
        Database::Postgres(postgres) => postgres.database.clone(),
        Database::Off => "off".to_owned(),
    }
}
