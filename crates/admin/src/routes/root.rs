//! `GET /`: what this node is, for people and for the clients that decide by it what to ask next.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gibbon_runtime::Configuration;
use gibbon_schema::Object;
use gibbon_store::{Filter, PageRequest, StoreError};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::error::ApiError;
use crate::request::Request;

/// The version of Kong Gateway whose interfaces these are; clients switch features on by it.
pub(crate) const INTERFACE_VERSION: &str = "3.10.0";

/// Clients expect text; there is no Lua here.
const NO_LUA: &str = "none";

/// Plugin records that are read at once.
const PAGE: usize = 1000;

pub(crate) async fn show(api: &AdminApi, _request: &Request) -> Result<Answer, ApiError> {
    let about = &api.about;
    let pid = std::process::id();
    Ok(Answer::ok(json!({
        "tagline": "Gibbon, an API gateway",
        "version": INTERFACE_VERSION,
        "edition": "community",
        "gibbon": { "version": about.version },
        "hostname": about.hostname,
        "node_id": about.node_id,
        "lua_version": NO_LUA,
        "pids": { "master": pid, "workers": [pid] },
        "timers": { "running": tokio::runtime::Handle::current().metrics().num_alive_tasks(), "pending": 0 },
        "plugins": {
            "available_on_server": available(api),
            "disabled_on_server": {},
            "enabled_in_cluster": api.enabled_plugins.names(&api.configuration).await,
        },
        "configuration": configuration(api),
    })))
}

fn available(api: &AdminApi) -> Object {
    let plugins = api.configuration.registry().iter();
    let shown = |version: &str, priority: i32| json!({ "version": version, "priority": priority });
    plugins.map(|plugin| (plugin.name.to_owned(), shown(plugin.version, plugin.priority))).collect()
}

/// The names of the plugins that are configured for anything, as of a revision: clients ask for `GET /` again and
/// again, and get an answer while the store is away.
#[derive(Default)]
pub(crate) struct EnabledPlugins {
    known: Mutex<Known>,
}

#[derive(Default, Clone)]
struct Known {
    revision: Option<u64>,
    names: BTreeSet<String>,
}

impl EnabledPlugins {
    async fn names(&self, configuration: &Configuration) -> BTreeSet<String> {
        // Taken before the records are read: if those are newer, they are read once more, and nothing is missed.
        let revision = Some(configuration.snapshot().revision);
        let known = self.lock().clone();
        if known.revision == revision {
            return known.names;
        }
        match read_names(configuration).await {
            Ok(names) => {
                *self.lock() = Known { revision, names: names.clone() };
                names
            }
            Err(error) => {
                tracing::warn!(%error, "the list of plugins in `GET /` may be old");
                known.names
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_names(configuration: &Configuration) -> Result<BTreeSet<String>, StoreError> {
    let mut names = BTreeSet::new();
    let mut after = None;
    loop {
        let request = PageRequest { size: PAGE, after };
        let page = configuration.store().page("plugins", &Filter::default(), request).await?;
        names.extend(page.records.iter().filter_map(|plugin| plugin.get("name")?.as_str().map(str::to_owned)));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(names),
        }
    }
}

fn configuration(api: &AdminApi) -> Value {
    let mut shown = api.about.settings();
    let names = || api.configuration.registry().iter().map(|plugin| plugin.name);
    shown["plugins"] = names().collect();
    shown["loaded_plugins"] = names().map(|name| (name.to_owned(), true.into())).collect::<Object>().into();
    shown
}
