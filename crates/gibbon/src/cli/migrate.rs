//! `gibbon migrate`: what another gateway has, taken over.

mod collect;
mod kong;

use std::path::PathBuf;

use gibbon_conf::Loaded;
use gibbon_declarative::{Declaration, Document, Kinds, LeftOut, load_what_fits};
use gibbon_schema::EntityDef;
use kong::{Kong, KongError, TlsArgs};

use super::config::{ConfigError, block_on, document};
use super::node::NodeArgs;
use super::session::Session;
use super::terminal::say;
use super::{Failure, Verbosity, records};

/// The commands that take something over.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Put what a running Kong serves, or what a file of decK says, into the database: all of it at once. What is not
    /// taken over is listed, and makes the status 1.
    FromKong(FromKong),
}

#[derive(Debug, clap::Args)]
struct FromKong {
    /// The Admin API of the Kong that runs, such as http://localhost:8001. It is only read.
    #[arg(long, value_name = "URL", required_unless_present = "file")]
    admin_url: Option<String>,
    /// A header of each request to it, such as `Kong-Admin-Token:secret`.
    #[arg(long, value_name = "NAME:VALUE", requires = "admin_url")]
    headers: Vec<String>,
    /// A file that decK or Kong wrote, instead of a Kong that runs.
    #[arg(long, value_name = "FILE", conflicts_with = "admin_url")]
    file: Option<PathBuf>,
    /// Only tell what would be taken over.
    #[arg(long)]
    dry_run: bool,
    /// End with the status 0 although something is not taken over.
    #[arg(long)]
    skip_unknown: bool,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    node: NodeArgs,
}

/// Why nothing, or not everything, is taken over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrateError {
    /// The source.
    #[error(transparent)]
    Kong(#[from] KongError),
    /// There is no database to put anything into.
    #[error("`gibbon migrate` puts what it reads into a database, and there is none (`database = off`)")]
    NoDatabase,
    /// The file is a template.
    #[error(
        "the file has placeholders of decK (`${{{{ env … }}}}`), which stand for other values; write it with `deck file \
         render --populate-env-vars` first"
    )]
    Placeholders,
    /// Some of it is not taken over.
    #[error("{0} of the lines above say what was not taken over; with `--skip-unknown` that is no failure")]
    LeftOut(usize),
}

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let Command::FromKong(args) = &args.command;
    let session = Session::with_database(&args.node, verbosity, MigrateError::NoDatabase)?;
    let kinds = session.kinds();
    let (document, strangers) = read(args, &kinds)?;
    let (declared, mut left_out) =
        load_what_fits(&document, &kinds, &*session.definitions).map_err(ConfigError::Rejected)?;
    left_out.extend(strangers);
    tell(&kinds, &declared, &left_out);
    put(args, &session.settings, &kinds, &declared.records)?;
    if left_out.is_empty() || args.skip_unknown { Ok(()) } else { Err(MigrateError::LeftOut(left_out.len()).into()) }
}

/// What there is to take over, and what of it is of a kind that is unknown here.
fn read(args: &FromKong, kinds: &Kinds<'_>) -> Result<(Document, Vec<LeftOut>), Failure> {
    match &args.admin_url {
        Some(url) => {
            let kong = Kong::new(url, &args.headers, &args.tls).map_err(MigrateError::from)?;
            Ok(collect::everything(&kong, kinds).map_err(MigrateError::from)?)
        }
        None => {
            let document = document(args.file.as_deref())?;
            if has_placeholders(&document) {
                return Err(MigrateError::Placeholders.into());
            }
            Ok((document, Vec::new()))
        }
    }
}

fn has_placeholders(document: &Document) -> bool {
    serde_json::to_string(document.content()).is_ok_and(|text| text.contains("${{ env"))
}

fn tell(kinds: &Kinds<'_>, declared: &Declaration<'_>, left_out: &[LeftOut]) {
    for def in kinds.iter() {
        let count = declared.records.iter().filter(|(of, _)| of.name == def.name).count();
        if count > 0 {
            say(&format!("{count} {}", def.name));
        }
    }
    for what in left_out {
        say(&format!("not taken over: {what}"));
    }
}

fn put(
    args: &FromKong,
    settings: &Loaded,
    kinds: &Kinds<'_>,
    records: &[(&EntityDef, gibbon_schema::Object)],
) -> Result<(), Failure> {
    if args.dry_run {
        say("dry run: nothing was written");
        return Ok(());
    }
    let applied = block_on(records::put(settings, kinds, records))?;
    say(&format!("import successful: {} records written, {} were there already", applied.written, applied.unchanged));
    Ok(())
}
