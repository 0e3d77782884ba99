//! From sources to settings.

use crate::elsewhere;
use crate::error::{ConfError, Origin, Warning};
use crate::key::keys;
use crate::nearest::nearest;
use crate::reader::{Given, Rank, Reader};
use crate::section::admin::Admin;
use crate::section::database::Database;
use crate::section::declarative::Declared;
use crate::section::dns::Dns;
use crate::section::general::{self, General, PluginSelection, Run};
use crate::section::jwt::Jwt;
use crate::section::limits::Limits;
use crate::section::logs::Logs;
use crate::section::lua::UntrustedLua;
use crate::section::manager::Manager;
use crate::section::proxy::Proxy;
use crate::section::real_ip::RealIp;
use crate::section::status::Status;
use crate::section::stored_answers::StoredAnswers;
use crate::section::streams::Streams;
use crate::section::tls::Tls;
use crate::section::tracing::Tracing;
use crate::section::upstream::Upstream;
use crate::section::vaults;
use crate::shown::{self, Shown};
use crate::syntax::{self, Remark};
use gibbon_vault::Vaults;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Every setting of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conf {
    /// The folder that the gateway works in, as an absolute path.
    pub prefix: PathBuf,
    /// Whether it keeps the terminal.
    pub run: Run,
    /// Worker threads, at least one.
    pub workers: usize,
    /// The plugins on offer.
    pub plugins: PluginSelection,
    /// The id of the node, where it does not choose one itself.
    pub node_id: Option<String>,
    /// What is logged, and where to.
    pub logs: Logs,
    /// Ports and answers of the proxy.
    pub proxy: Proxy,
    /// Ports of streams.
    pub streams: Streams,
    /// TLS with clients.
    pub tls: Tls,
    /// Whose word about a client's address is believed.
    pub real_ip: RealIp,
    /// What a client of the proxy may cost.
    pub limits: Limits,
    /// Connections to upstreams.
    pub upstream: Upstream,
    /// Names of upstreams.
    pub dns: Dns,
    /// The Admin API.
    pub admin: Admin,
    /// The manager.
    pub manager: Manager,
    /// The Status API.
    pub status: Status,
    /// The store of entities.
    pub database: Database,
    /// What is served without one.
    pub declared: Declared,
    /// Tokens.
    pub jwt: Jwt,
    /// What is kept of answers.
    pub stored_answers: StoredAnswers,
    /// What is traced.
    pub tracing: Tracing,
    /// What becomes of Lua in records.
    pub untrusted_lua: UntrustedLua,
    /// All of it as users wrote it, for those who ask the gateway; without secrets.
    pub shown: BTreeMap<&'static str, Shown>,
}

/// Settings with what the user should know about them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub conf: Conf,
    /// Where references to secrets are looked up.
    pub vaults: Vaults,
    /// What has no effect, and the like, in the order in which to show it.
    pub warnings: Vec<Warning>,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
}

/// The user whom the gateway runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// The administrator.
    Root,
    /// Anybody else.
    Ordinary,
}

/// What defaults depend on.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Whom the gateway runs as.
    pub user: User,
    /// Cores that it may use.
    pub cores: usize,
    /// The folder in which the command runs.
    pub folder: PathBuf,
}

/// Which file to read.
#[derive(Debug, Clone)]
pub enum ConfFile {
    /// This one, and it has to be there.
    At(PathBuf),
    /// The first of these that is there, or none.
    Search(Vec<PathBuf>),
}

impl ConfFile {
    /// Where a file is looked for when none is named: Gibbon's own places, then Kong's. The folder in which the command
    /// runs is not among them, since a file that somebody left there could then take over a gateway.
    #[must_use]
    pub fn usual() -> Self {
        let paths = ["/etc/gibbon/gibbon.conf", "/etc/gibbon.conf", "/etc/kong/kong.conf", "/etc/kong.conf"];
        Self::Search(paths.map(PathBuf::from).to_vec())
    }
}

/// Where settings come from. A later field wins over an earlier one, and `GIBBON_*` over `KONG_*`.
#[derive(Clone)]
pub struct Sources {
    /// The file.
    pub file: ConfFile,
    /// Environment variables; those that start with neither `KONG_` nor `GIBBON_` are not looked at, but for `HOME` and
    /// `XDG_STATE_HOME`.
    pub env: Vec<(String, String)>,
    /// Settings from the command line: the option as it was written, the key, the value.
    pub options: Vec<(&'static str, &'static str, String)>,
    /// What defaults depend on.
    pub machine: Machine,
}

impl fmt::Debug for Sources {
    /// Without the values of the environment, where passwords are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.env.iter().map(|(name, _)| name).collect();
        f.debug_struct("Sources")
            .field("file", &self.file)
            .field("env", &names)
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}

/// Reads all sources.
///
/// # Errors
/// Everything that is wrong with them, at once.
pub fn load(sources: &Sources) -> Result<Loaded, Vec<ConfError>> {
    let mut reader = Reader::default();
    let file = gather(&mut reader, sources).map_err(|error| vec![error])?;
    warn_about_strangers(&mut reader);
    let vaults = vaults::read(&mut reader, &sources.env);
    reader.vaults = Some(vaults.clone());
    let mut conf = read(&mut reader, sources);
    if !reader.errors.is_empty() {
        return Err(reader.errors);
    }
    conf.shown = shown::collect(&mut reader);
    Ok(Loaded { conf, vaults, warnings: reader.warnings, file })
}

/// Only the folder that the gateway works in, whatever else is wrong: a gateway can be stopped although its file was
/// broken after it had started.
///
/// # Errors
/// When the file cannot be read, or no folder can be derived.
pub fn prefix(sources: &Sources) -> Result<PathBuf, ConfError> {
    let mut reader = Reader::default();
    gather(&mut reader, sources)?;
    reader.vaults = Some(vaults::read(&mut reader, &sources.env));
    // What is wrong with the vaults is no matter here, unless the prefix comes from one.
    reader.errors.clear();
    let prefix = general::prefix(&mut reader, &sources.env, &sources.machine);
    reader.errors.pop().map_or(Ok(prefix), Err)
}

fn read(reader: &mut Reader, sources: &Sources) -> Conf {
    let prefix = general::prefix(reader, &sources.env, &sources.machine);
    let General { run, workers, plugins, node_id } = general::read(reader, &sources.machine);
    let upstream = Upstream::read(reader);
    let database = Database::read(reader, &prefix, &upstream.trusted);
    Conf {
        run,
        workers,
        plugins,
        node_id,
        logs: Logs::read(reader, &prefix, run),
        proxy: Proxy::read(reader, &prefix),
        streams: Streams::read(reader),
        tls: Tls::read(reader),
        real_ip: RealIp::read(reader),
        limits: Limits::read(reader),
        upstream,
        dns: Dns::read(reader),
        admin: Admin::read(reader),
        manager: Manager::read(reader),
        status: Status::read(reader),
        declared: Declared::read(reader, &database, &sources.machine.folder),
        database,
        jwt: Jwt::read(reader),
        stored_answers: StoredAnswers::read(reader),
        tracing: Tracing::read(reader),
        untrusted_lua: UntrustedLua::read(reader),
        shown: BTreeMap::new(),
        prefix,
    }
}

/// Collects what every source gives, and tells which file was read.
fn gather(reader: &mut Reader, sources: &Sources) -> Result<Option<PathBuf>, ConfError> {
    let file = read_file(&sources.file)?;
    if let Some((path, text)) = &file {
        give_file(reader, path, text);
    }
    for (variable, value) in &sources.env {
        give_variable(reader, variable, value);
    }
    for (option, key, value) in &sources.options {
        let given = Given { value: value.clone(), origin: Origin::Option(option), rank: Rank::CommandLine };
        reader.give((*key).to_owned(), given);
    }
    Ok(file.map(|(path, _)| path))
}

fn read_file(file: &ConfFile) -> Result<Option<(PathBuf, String)>, ConfError> {
    let read = |path: &PathBuf| match std::fs::read_to_string(path) {
        Ok(text) => Ok((path.clone(), text)),
        Err(source) => Err(ConfError::Unreadable { path: path.clone(), source }),
    };
    match file {
        ConfFile::At(path) => read(path).map(Some),
        ConfFile::Search(paths) => {
            let is_absent =
                |error: &ConfError| matches!(error, ConfError::Unreadable { source, .. } if is_not_there(source));
            paths.iter().map(read).find(|result| !result.as_ref().is_err_and(is_absent)).transpose()
        }
    }
}

fn is_not_there(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn give_file(reader: &mut Reader, path: &Path, text: &str) {
    let parsed = syntax::parse(text);
    let at = |line| Origin::File { path: path.to_path_buf(), line };
    for entry in parsed.entries {
        reader.give(entry.key, Given { value: entry.value, origin: at(entry.line), rank: Rank::File });
    }
    for remark in parsed.remarks {
        reader.warnings.push(match remark {
            Remark::NoEquals { line } => {
                Warning::Line { origin: at(line), reason: "this line has no `=` and is ignored" }
            }
            Remark::Section { line } => Warning::Line {
                origin: at(line),
                reason: "sections have no meaning; this and all that follows is ignored",
            },
        });
    }
}

fn give_variable(reader: &mut Reader, variable: &str, value: &str) {
    let (name, rank) = match (variable.strip_prefix("GIBBON_"), variable.strip_prefix("KONG_")) {
        (Some(name), _) => (name, Rank::GibbonEnvironment),
        (_, Some(name)) => (name, Rank::KongEnvironment),
        _ => return,
    };
    if !is_service_link(name, value) {
        let origin = Origin::Environment(variable.to_owned());
        reader.give(name.to_ascii_lowercase(), Given { value: value.trim().to_owned(), origin, rank });
    }
}

/// Kubernetes tells every container about services through variables, and one for a service `kong-proxy` looks like a
/// setting: `KONG_PROXY_SERVICE_HOST`, `KONG_PROXY_PORT=tcp://…`, `KONG_PROXY_PORT_80_TCP_ADDR`.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_part = ["_TCP_ADDR", "_TCP_PORT", "_TCP_PROTO", "_UDP_ADDR", "_UDP_PORT", "_UDP_PROTO"];
    let has_port = name.starts_with("PORT") || name.contains("_PORT");
    let of_service = name.contains("SERVICE_HOST") || name.contains("SERVICE_PORT");
    of_service || has_port && (is_address || is_part.iter().any(|part| name.ends_with(part)))
}

/// Warns about every given key that no section reads.
fn warn_about_strangers(reader: &mut Reader) {
    let known = |name: &str| keys().any(|key| key.name == name || key.aliases.contains(&name));
    let mut warnings = Vec::new();
    let mut without_effect: Vec<(&'static str, Vec<(String, Origin)>)> = Vec::new();
    for (key, given) in reader.all() {
        if known(key) || given.value.is_empty() {
            continue;
        }
        let (key, origin) = (key.to_owned(), given.origin.clone());
        match elsewhere::find(&key) {
            Some(row) if row.harmless.contains(&given.value.as_str()) => {}
            Some(row) => match without_effect.iter_mut().find(|(reason, _)| *reason == row.reason) {
                Some((_, keys)) => keys.push((key, origin)),
                None => without_effect.push((row.reason, vec![(key, origin)])),
            },
            None => {
                let similar = nearest(&key, keys().map(|key| key.name));
                warnings.push(Warning::Unknown { key, origin, similar });
            }
        }
    }
    warnings.extend(without_effect.into_iter().map(|(reason, keys)| Warning::NoEffect { keys, reason }));
    reader.warnings.append(&mut warnings);
}

#[cfg(test)]
mod tests;
