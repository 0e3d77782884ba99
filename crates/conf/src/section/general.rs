//! Where and how the gateway runs, and which plugins it offers.

use crate::error::ConfError;
use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::load::{Machine, User};
use crate::reader::Reader;
use crate::switch::choose;
use std::path::{Path, PathBuf};

/// Whether `gibbon start` keeps the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// The command returns when the gateway stops.
    Foreground,
    /// The command returns when the gateway's ports are open.
    Background,
}

/// The plugins that the gateway offers. Names are not checked here: this crate knows none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginSelection {
    bundled: bool,
    named: Vec<String>,
}

impl PluginSelection {
    /// Whether a bundled plugin of this name is offered.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        self.bundled || self.named.iter().any(|named| named == name)
    }

    /// The plugins that were asked for by name, so that one which does not exist can be refused.
    #[must_use]
    pub fn named(&self) -> &[String] {
        &self.named
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut selection = Self { bundled: false, named: Vec::new() };
        for (index, name) in crate::list::elements(text).enumerate() {
            match name {
                // Kong: `off` in front means none at all, and elsewhere nothing.
                "off" if index == 0 => break,
                "off" => {}
                "bundled" => selection.bundled = true,
                _ => selection.named.push(name.to_owned()),
            }
        }
        Ok(selection)
    }
}

const PREFIX: Key<PathBuf> = Key::new(
    "prefix",
    "",
    Kind::Path,
    |text| Ok(text.into()),
    "The folder that the gateway works in: its database, logs and process id. A relative path is below the folder in \
     which the command runs. Two gateways cannot share one. When it is not set, it is `/var/lib/gibbon` for root, and for \
     other users `$XDG_STATE_HOME/gibbon` or `~/.local/state/gibbon`.",
);

const WORKERS: Key<Option<usize>> = Key::new(
    "nginx_worker_processes",
    "auto",
    Kind::Choice("number or `auto`"),
    workers,
    "How many worker threads serve traffic: a number from 1 to 1024, or `auto` for one on each core.",
)
.also(&["nginx_main_worker_processes"]);

const DAEMON: Key<Run> = Key::new(
    "nginx_daemon",
    "off",
    Kind::Switch,
    |text| choose(text, &[("on", Run::Background), ("off", Run::Foreground)]),
    "Whether `gibbon start` puts the gateway into the background; the option `--daemon` does the same. Unlike Kong's, it \
     stays in the foreground by default.",
)
.also(&["nginx_main_daemon"]);

const PLUGINS: Key<PluginSelection> = Key::new(
    "plugins",
    "bundled",
    Kind::List,
    PluginSelection::parse,
    "The plugins that this node offers: `bundled` for all that come with it, names for some of them, `off` for none.",
);

const NODE_ID: Key<Option<String>> = Key::new(
    "node_id",
    "",
    Kind::Text,
    node_id,
    "The id under which the node is known, a UUID. When it is not set, the node makes one and keeps it below its prefix.",
);

const KEYS: &[KeyDoc] = &[PREFIX.doc, DAEMON.doc, WORKERS.doc, PLUGINS.doc, NODE_ID.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "General", keys: KEYS };

/// A UUID in its usual form, in lower case.
fn node_id(text: &str) -> Result<Option<String>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let is_in_place = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    if text.len() == 36 && text.bytes().enumerate().all(is_in_place) {
        Ok(Some(text.to_ascii_lowercase()))
    } else {
        Err("expected a UUID such as `c0ffee00-1d9e-4b2a-8a5b-2f6d3e7a9b10`".to_owned())
    }
}

fn workers(text: &str) -> Result<Option<usize>, String> {
    if text == "auto" {
        return Ok(None);
    }
    let number = crate::size::count(text).ok().and_then(|n| usize::try_from(n).ok());
    match number {
        Some(number @ 1..=1024) => Ok(Some(number)),
        _ => Err("expected `auto` or a number from 1 to 1024".to_owned()),
    }
}

/// The folder of the gateway, absolute. Not there only if an error says why.
pub(crate) fn prefix(reader: &mut Reader, env: &[(String, String)], machine: &Machine) -> PathBuf {
    let path = reader.read_given(&PREFIX).or_else(|| usual_prefix(env, machine.user));
    #[cfg(test)]
    reader.read.push(PREFIX.doc.name);
    match path {
        Some(path) => machine.folder.join(path),
        None => {
            reader.errors.push(ConfError::NoPrefix);
            PathBuf::new()
        }
    }
}

/// Follows the XDG base directory specification: state belongs below `XDG_STATE_HOME`, and a relative value of that
/// is to be ignored.
fn usual_prefix(env: &[(String, String)], user: User) -> Option<PathBuf> {
    if user == User::Root {
        return Some("/var/lib/gibbon".into());
    }
    let folder = |name: &str| {
        let value = env.iter().find(|(variable, _)| variable == name).map(|(_, value)| Path::new(value));
        value.filter(|path| path.is_absolute())
    };
    let state = folder("XDG_STATE_HOME").map(Path::to_path_buf);
    state.or_else(|| folder("HOME").map(|home| home.join(".local/state"))).map(|state| state.join("gibbon"))
}

/// Reads all but the prefix.
pub(crate) fn read(reader: &mut Reader, machine: &Machine) -> General {
    General {
        run: reader.read(&DAEMON),
        workers: reader.read(&WORKERS).unwrap_or(machine.cores.max(1)),
        plugins: reader.read(&PLUGINS),
        node_id: reader.read(&NODE_ID),
    }
}

/// What this section has besides the prefix.
pub(crate) struct General {
    pub(crate) run: Run,
    pub(crate) workers: usize,
    pub(crate) plugins: PluginSelection,
    pub(crate) node_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{PluginSelection, node_id, usual_prefix, workers};
    use crate::load::User;
    use std::path::Path;

    #[test]
    fn a_selection_of_plugins_is_read_as_kong_reads_it() {
        let bundled = PluginSelection::parse("bundled").unwrap();
        assert!(bundled.includes("jwt") && bundled.named().is_empty());
        let some = PluginSelection::parse("jwt, off, key-auth").unwrap();
        assert!(some.includes("key-auth") && !some.includes("cors"));
        let none = PluginSelection::parse("off, jwt").unwrap();
        assert!(!none.includes("jwt"));
        let mixed = PluginSelection::parse("bundled,my-plugin").unwrap();
        assert!(mixed.includes("cors") && mixed.named() == ["my-plugin"]);
    }

    #[test]
    fn an_id_of_a_node_is_a_uuid() {
        let id = "C0FFEE00-1d9e-4b2a-8a5b-2f6d3e7a9b10";
        assert_eq!(node_id(id), Ok(Some(id.to_ascii_lowercase())));
        assert_eq!(node_id(""), Ok(None));
        for text in ["node-1", "c0ffee001d9e4b2a8a5b2f6d3e7a9b10", "c0ffee00-1d9e-4b2a-8a5b-2f6d3e7a9b1g"] {
            assert!(node_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn workers_are_a_number_or_auto() {
        assert_eq!(workers("auto"), Ok(None));
        assert_eq!(workers("4"), Ok(Some(4)));
        for text in ["0", "1025", "-1", "many", "99999999999999999999"] {
            assert!(workers(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_usual_prefix_belongs_to_the_user() {
        let env = |pairs: &[(&str, &str)]| -> Vec<_> {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let of = |pairs, user| usual_prefix(&env(pairs), user);
        assert_eq!(of(&[("HOME", "/root")], User::Root).unwrap(), Path::new("/var/lib/gibbon"));
        assert_eq!(of(&[("HOME", "/h")], User::Ordinary).unwrap(), Path::new("/h/.local/state/gibbon"));
        let both = [("HOME", "/h"), ("XDG_STATE_HOME", "/s")];
        assert_eq!(of(&both, User::Ordinary).unwrap(), Path::new("/s/gibbon"));
        let relative = [("HOME", "/h"), ("XDG_STATE_HOME", "s")];
        assert_eq!(of(&relative, User::Ordinary).unwrap(), Path::new("/h/.local/state/gibbon"));
        assert_eq!(of(&[], User::Ordinary), None);
    }
}
