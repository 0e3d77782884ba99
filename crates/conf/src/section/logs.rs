//! What is logged, and where to.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::section::general::Run;
use crate::section::log_format::{FORMAT, LogFormat};
use crate::switch::choose;
use std::path::{Path, PathBuf};

/// How much is logged, in the words of nginx: each level with all above it. From least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// The system is unusable.
    Emerg,
    /// Somebody has to act at once.
    Alert,
    /// Something essential does not work.
    Crit,
    /// Something failed, and somebody should look at it.
    Error,
    /// Something works that will perhaps not go on doing so.
    Warn,
    /// What an operator wants to see of a healthy gateway.
    Notice,
    /// What happens, in more detail.
    Info,
    /// What a developer looks for.
    Debug,
}

impl LogLevel {
    const TABLE: &[(&str, Self)] = &[
        ("debug", Self::Debug),
        ("info", Self::Info),
        ("notice", Self::Notice),
        ("warn", Self::Warn),
        ("error", Self::Error),
        ("crit", Self::Crit),
        ("alert", Self::Alert),
        ("emerg", Self::Emerg),
    ];

    /// The level of this name.
    ///
    /// # Errors
    /// The reason, which lists the names, if there is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        choose(text, Self::TABLE)
    }

    /// The name of the level.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::TABLE.iter().find(|(_, level)| *level == self).map_or("notice", |(name, _)| name)
    }
}

/// Where the lines of a log go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LogTarget {
    /// Nowhere.
    Off,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// The end of a file, by its absolute path.
    File(PathBuf),
}

impl LogTarget {
    /// A log of messages.
    fn messages(text: &str) -> Result<Self, String> {
        Self::parse(text, &[])
    }

    /// A log with a line for each request to the proxy, with the name of the format that its lines have.
    fn proxied(text: &str) -> Result<(Self, Option<Box<str>>), String> {
        let mut words = text.split_ascii_whitespace();
        let (path, name) = (words.next().unwrap_or_default(), words.next());
        let rest: Vec<&str> = words.collect();
        Ok((Self::parse(&[&[path], &*rest].concat().join(" "), &[])?, name.map(Into::into)))
    }

    /// A log with a line for each request to the gateway itself, in the usual format of web servers.
    fn served(text: &str) -> Result<Self, String> {
        Self::parse(text, &["combined"])
    }

    /// Kong passes the value to nginx, where the name of a log format may follow the path. Each log has one format here,
    /// whose name may stand there.
    fn parse(text: &str, formats: &[&str]) -> Result<Self, String> {
        let mut words = text.split_ascii_whitespace();
        let path = words.next().unwrap_or_default();
        if let Some(other) = words.find(|word| !formats.contains(word)) {
            return Err(match formats {
                [] => format!("`{other}`: nothing but a path belongs here"),
                formats => format!("`{other}`: the format of this log is `{}`, and no other", formats.join("`, `")),
            });
        }
        match path {
            "off" => Ok(Self::Off),
            "/dev/stdout" => Ok(Self::Stdout),
            "/dev/stderr" | "stderr" => Ok(Self::Stderr),
            _ if path.starts_with("syslog:") => Err("syslog is not supported in this version".to_owned()),
            _ => Ok(Self::File(path.into())),
        }
    }

    fn below(self, prefix: &Path) -> Self {
        match self {
            Self::File(path) => Self::File(prefix.join(path)),
            other => other,
        }
    }
}

/// The logs of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logs {
    /// How much goes to the error logs.
    pub level: LogLevel,
    /// One line for each request to the proxy.
    pub proxy_access: LogTarget,
    /// What those lines look like; `None` for the usual ones.
    pub proxy_format: Option<LogFormat>,
    /// What happens in the gateway, but for its Admin API.
    pub proxy_error: LogTarget,
    /// One line for each stream.
    pub stream_access: LogTarget,
    /// What happens to streams.
    pub stream_error: LogTarget,
    /// One line for each request to the Admin API.
    pub admin_access: LogTarget,
    /// What happens in the Admin API.
    pub admin_error: LogTarget,
    /// One line for each request to the manager.
    pub manager_access: LogTarget,
    /// One line for each request to the Status API.
    pub status_access: LogTarget,
    /// One line for each write that the Admin API is asked for.
    pub admin_audit: LogTarget,
}

const LEVEL: Key<LogLevel> = Key::new(
    "log_level",
    "notice",
    Kind::Choice("`debug`, `info`, `notice`, `warn`, `error`, `crit`, `alert` or `emerg`"),
    LogLevel::parse,
    "The least important level that the error logs hold. `crit`, `alert` and `emerg` hold the same as `error`.",
);

const PROXY_ACCESS: Key<(LogTarget, Option<Box<str>>)> = Key::new(
    "proxy_access_log",
    "logs/access.log",
    Kind::Path,
    LogTarget::proxied,
    "Where a line is written for each request to the proxy: a path, `/dev/stdout`, `/dev/stderr`, or `off`. The name of \
     a format may follow: `kong_log_format`, the usual one, or that of `nginx_http_log_format`.",
);

const PROXY_ERROR: Key<LogTarget> = Key::new(
    "proxy_error_log",
    "",
    Kind::Path,
    LogTarget::messages,
    "Where messages of the gateway go. When it is not set: to standard error in the foreground, and to `logs/error.log` \
     in the background.",
);

const STREAM_ACCESS: Key<LogTarget> = Key::new(
    "proxy_stream_access_log",
    "logs/access.log basic",
    Kind::Path,
    |text| LogTarget::parse(text, &["basic"]),
    "Where a line is written for each stream that has ended. The name of its format, `basic`, may follow: address, time, \
     protocol, status, bytes to and from the client, seconds.",
);

const STREAM_ERROR: Key<LogTarget> = Key::new(
    "proxy_stream_error_log",
    "",
    Kind::Path,
    LogTarget::messages,
    "Where messages about streams go. When it is not set: where those of the gateway go.",
);

const ADMIN_ACCESS: Key<LogTarget> = Key::new(
    "admin_access_log",
    "logs/admin_access.log",
    Kind::Path,
    LogTarget::served,
    "Where a line is written for each request to the Admin API. The name of its format, `combined`, may follow.",
);

const ADMIN_ERROR: Key<LogTarget> = Key::new(
    "admin_error_log",
    "",
    Kind::Path,
    LogTarget::messages,
    "Where messages of the Admin API go. When it is not set: where those of the gateway go.",
);

const MANAGER_ACCESS: Key<LogTarget> = Key::new(
    "admin_gui_access_log",
    "logs/admin_gui_access.log",
    Kind::Path,
    LogTarget::served,
    "Where a line is written for each request to the manager, those to the Admin API on its ports among them. The name of \
     its format, `combined`, may follow.",
);

const STATUS_ACCESS: Key<LogTarget> = Key::new(
    "status_access_log",
    "off",
    Kind::Path,
    LogTarget::served,
    "Where a line is written for each request to the Status API. Its messages go where those of the Admin API go.",
);

const ADMIN_AUDIT: Key<LogTarget> = Key::new(
    "admin_audit_log",
    "off",
    Kind::Path,
    LogTarget::messages,
    "Where a line of JSON is written for each write that the Admin API is asked for, done or refused: who (token and \
     address), what, the status, and the records before and after, without their secrets.",
);

const KEYS: &[KeyDoc] = &[
    LEVEL.doc,
    PROXY_ACCESS.doc,
    FORMAT.doc,
    PROXY_ERROR.doc,
    STREAM_ACCESS.doc,
    STREAM_ERROR.doc,
    ADMIN_ACCESS.doc,
    ADMIN_ERROR.doc,
    MANAGER_ACCESS.doc,
    STATUS_ACCESS.doc,
    ADMIN_AUDIT.doc,
];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Logs", keys: KEYS };

impl Logs {
    pub(crate) fn read(reader: &mut Reader, prefix: &Path, run: Run) -> Self {
        let usual = match run {
            Run::Foreground => LogTarget::Stderr,
            Run::Background => LogTarget::File("logs/error.log".into()),
        };
        #[cfg(test)]
        reader.read.extend([PROXY_ERROR.doc.name, STREAM_ERROR.doc.name, ADMIN_ERROR.doc.name]);
        let proxy_error = reader.read_given(&PROXY_ERROR).unwrap_or(usual);
        let (proxy_access, name) = reader.read(&PROXY_ACCESS);
        let logs = Self {
            level: reader.read(&LEVEL),
            proxy_format: format(reader, name.as_deref()),
            proxy_access: proxy_access.below(prefix),
            stream_access: reader.read(&STREAM_ACCESS).below(prefix),
            stream_error: reader.read_given(&STREAM_ERROR).unwrap_or_else(|| proxy_error.clone()).below(prefix),
            admin_access: reader.read(&ADMIN_ACCESS).below(prefix),
            manager_access: reader.read(&MANAGER_ACCESS).below(prefix),
            status_access: reader.read(&STATUS_ACCESS).below(prefix),
            admin_error: reader.read_given(&ADMIN_ERROR).unwrap_or_else(|| proxy_error.clone()).below(prefix),
            admin_audit: reader.read(&ADMIN_AUDIT).below(prefix),
            proxy_error: proxy_error.below(prefix),
        };
        if run == Run::Background {
            logs.refuse_standard_streams(reader);
        }
        logs
    }

    /// A gateway in the background has lost the terminal, so its lines would go nowhere.
    fn refuse_standard_streams(&self, reader: &mut Reader) {
        let no_streams = "a gateway in the background has no standard streams; name a file";
        if matches!(self.proxy_access, LogTarget::Stdout | LogTarget::Stderr) && reader.is_given(&PROXY_ACCESS) {
            reader.refuse(&PROXY_ACCESS, no_streams.to_owned());
        }
        let targets = [
            (&PROXY_ERROR, &self.proxy_error),
            (&STREAM_ACCESS, &self.stream_access),
            (&STREAM_ERROR, &self.stream_error),
            (&ADMIN_ACCESS, &self.admin_access),
            (&ADMIN_ERROR, &self.admin_error),
            (&MANAGER_ACCESS, &self.manager_access),
            (&STATUS_ACCESS, &self.status_access),
            (&ADMIN_AUDIT, &self.admin_audit),
        ];
        for (key, target) in targets {
            if matches!(target, LogTarget::Stdout | LogTarget::Stderr) && reader.is_given(key) {
                reader.refuse(key, no_streams.to_owned());
            }
        }
    }
}

/// The format of that name; none is the usual one, and so is `kong_log_format`.
fn format(reader: &mut Reader, name: Option<&str>) -> Option<LogFormat> {
    let defined = reader.read(&FORMAT);
    match name {
        None | Some("kong_log_format") => {
            reader.warn_unused(&[FORMAT.doc], "`proxy_access_log` does not name the format");
            None
        }
        Some(name) => {
            let found = defined.filter(|format| &*format.name == name);
            if found.is_none() {
                reader
                    .refuse(&PROXY_ACCESS, format!("there is no format `{name}`: `nginx_http_log_format` defines one"));
            }
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LogLevel, LogTarget};

    #[test]
    fn every_level_of_kong_is_known_under_its_name() {
        for name in ["debug", "info", "notice", "warn", "error", "crit", "alert", "emerg"] {
            assert_eq!(LogLevel::parse(name).unwrap().name(), name);
        }
        assert!(LogLevel::parse("trace").is_err());
        assert!(LogLevel::Error < LogLevel::Notice && LogLevel::Notice < LogLevel::Debug);
    }

    #[test]
    fn targets_are_recognised() {
        let parse = LogTarget::messages;
        assert_eq!(parse("off"), Ok(LogTarget::Off));
        assert_eq!(parse("/dev/stdout"), Ok(LogTarget::Stdout));
        assert_eq!(parse("/dev/stderr"), Ok(LogTarget::Stderr));
        assert_eq!(parse("logs/a.log"), Ok(LogTarget::File("logs/a.log".into())));
        assert!(parse("logs/a.log debug").unwrap_err().contains("debug"));
        assert!(parse("syslog:server=x").is_err());
    }

    #[test]
    fn the_format_that_a_log_has_may_be_named() {
        let file = || Ok(LogTarget::File("logs/a.log".into()));
        assert_eq!(LogTarget::proxied("logs/a.log short"), Ok((file().unwrap(), Some("short".into()))));
        assert_eq!(LogTarget::served("logs/a.log combined"), file());
        assert!(LogTarget::proxied("logs/a.log short buffer=8k").unwrap_err().contains("`buffer=8k`"));
        assert!(LogTarget::served("logs/a.log basic buffer=8k").is_err());
    }
}
