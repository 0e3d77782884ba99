//! `gibbon check [FILE]`: everything that is wrong with settings, at once, and with what they declare; and what is declared
//! or stored that is allowed and surely not meant.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gibbon_conf::{Conf, Database};
use gibbon_declarative::{Document, Kinds, load};
use gibbon_lint::{Finding, KEYS, Severity};
use gibbon_runtime::{Definitions, Snapshot};
use gibbon_schema::Object;

use super::config::{ConfigError, block_on, document};
use super::terminal::{say, show_loaded};
use super::{Failure, Verbosity};
use crate::app;
use crate::conf_source::ConfSource;

/// The options.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Settings (without it, those that `gibbon start` would find), or a file of configuration: kong.yml.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Look too for what is allowed and surely not meant, in what is declared or in the database. It is always looked for
    /// in a file of configuration. The status is 2 where a warning or an error is found.
    #[arg(long)]
    lint: bool,
}

/// The status of a check that has found something.
const FOUND: u8 = 2;

pub(super) fn run(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    match args.file.as_deref().filter(|path| is_document(path)) {
        Some(path) => of_document(path, verbosity),
        None => of_settings(args, verbosity),
    }
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|known| extension == *known))
}

fn of_document(path: &Path, verbosity: Verbosity) -> Result<(), Failure> {
    let loaded = ConfSource::new(None, None).load()?;
    show_loaded(&loaded, verbosity);
    let findings = in_document(&document(Some(path))?, &loaded.conf)?;
    say(&format!("configuration at {} is valid", path.display()));
    tell(findings)
}

fn of_settings(args: &Args, verbosity: Verbosity) -> Result<(), Failure> {
    let loaded = ConfSource::new(args.file.as_deref(), None).load()?;
    show_loaded(&loaded, verbosity);
    app::declared::check(&loaded.conf.declared, &app::definitions(&loaded.conf)?)?;
    match (&loaded.file, args.lint) {
        // The path as it was given, as Kong has it.
        (Some(found), _) => {
            say(&format!("configuration at {} is valid", args.file.as_ref().unwrap_or(found).display()));
        }
        (None, true) => {}
        (None, false) => return Err(Failure::NoFile),
    }
    if args.lint { tell(in_force(&loaded.conf)?) } else { Ok(()) }
}

/// What a gateway with these settings serves, or would serve.
fn in_force(conf: &Conf) -> Result<Vec<Finding>, Failure> {
    if conf.database == Database::Off {
        return match app::declared::read(&conf.declared)? {
            Some(document) => in_document(&document, conf),
            None => Ok(Vec::new()),
        };
    }
    let definitions = Arc::new(app::definitions(conf)?);
    let records = block_on(async {
        let store = app::open_store(conf, &definitions).await?;
        let kinds: Vec<&str> = definitions.iter().map(|def| def.name).collect();
        let loaded = store.load(&kinds).await.map_err(ConfigError::from)?;
        store.close().await;
        Ok(loaded.records)
    })?;
    look(conf, &definitions, records.iter().map(|(kind, record)| (&**kind, record)))
}

fn in_document(document: &Document, conf: &Conf) -> Result<Vec<Finding>, Failure> {
    let definitions = Arc::new(app::definitions(conf)?);
    let declared = load(document, &Kinds::new(definitions.iter()), &*definitions).map_err(ConfigError::Rejected)?;
    look(conf, &definitions, declared.records.iter().map(|(def, record)| (def.name, record)))
}

fn look<'r>(
    conf: &Conf,
    definitions: &Arc<Definitions>,
    records: impl Iterator<Item = (&'r str, &'r Object)> + Clone,
) -> Result<Vec<Finding>, Failure> {
    let mut findings = gibbon_lint::all(&Snapshot::of(definitions, &app::registry(conf)?, records.clone()));
    let keys = records.filter(|(kind, _)| *kind == KEYS);
    findings.extend(keys.flat_map(|(kind, record)| gibbon_lint::of_record(kind, record)));
    Ok(findings)
}

/// Says what was found, the worst first.
fn tell(mut findings: Vec<Finding>) -> Result<(), Failure> {
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.code, finding.kind, finding.id));
    findings.iter().for_each(|finding| say(&finding.to_string()));
    say(&match findings.len() {
        0 => "nothing found".to_owned(),
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    });
    let is_bad = findings.iter().any(|finding| finding.severity > Severity::Info);
    if is_bad { Err(Failure::Status(FOUND)) } else { Ok(()) }
}
