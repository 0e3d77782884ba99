//! An Admin API over a store of its own, for tests.

use std::sync::Arc;

use gibbon_conf::{Conf, ConfFile, Machine, Sources, User, load};
use gibbon_plugin_api::Settings;
use gibbon_runtime::{Configuration, Definitions};
use gibbon_store::{Options, sqlite};
use gibbon_traffic::Traffic;
use tempfile::TempDir;
use uuid::Uuid;

use crate::about::{About, Counters};
use crate::api::AdminApi;

/// The API, and the folder that its store is in.
pub(crate) struct Fixture {
    pub(crate) api: Arc<AdminApi>,
    /// Removed with the fixture.
    _folder: TempDir,
}

/// Counts that are different from one another.
pub(crate) struct FixedCounters;

impl Counters for FixedCounters {
    fn connections_active(&self) -> u64 {
        5
    }

    fn connections_accepted(&self) -> u64 {
        70
    }

    fn requests_in_flight(&self) -> u64 {
        2
    }

    fn requests_total(&self) -> u64 {
        900
    }
}

/// An API with the plugins of this gateway and nothing configured.
pub(crate) async fn fixture() -> Fixture {
    fixture_with(Arc::new(FixedCounters)).await
}

/// The same with other counters.
pub(crate) async fn fixture_with(counters: Arc<dyn Counters>) -> Fixture {
    fixture_of(counters, Arc::default()).await
}

/// The same with traffic.
pub(crate) async fn fixture_that_saw(traffic: &Arc<Traffic>) -> Fixture {
    fixture_of(Arc::new(FixedCounters), Arc::clone(traffic)).await
}

/// The same with other ports of the proxy.
pub(crate) async fn fixture_at(proxy_listen: &str) -> Fixture {
    fixture_from(conf(&[("PROXY_LISTEN", proxy_listen)]), Arc::new(FixedCounters), Traffic::new(1)).await
}

async fn fixture_of(counters: Arc<dyn Counters>, traffic: Arc<Traffic>) -> Fixture {
    fixture_from(conf(&[]), counters, traffic).await
}

async fn fixture_from(conf: Conf, counters: Arc<dyn Counters>, traffic: Arc<Traffic>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let registry = Arc::new(gibbon_plugins::registry::registry());
    let definitions = Arc::new(Definitions::new(&registry));
    let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
    let store = sqlite::open_with(&folder.path().join("gibbon.db"), options).await.unwrap();
    let settings = Settings::default();
    let configuration = Configuration::load(Arc::new(store), registry, definitions, settings).await.unwrap();
    let about =
        About { version: "1.2.3", hostname: "node-1".to_owned(), node_id: Uuid::from_u128(7), conf, counters, traffic };
    Fixture { api: Arc::new(AdminApi::new(configuration, about)), _folder: folder }
}

/// The usual settings but for these: `("ADMIN_LISTEN", "off")`.
pub(crate) fn conf(settings: &[(&str, &str)]) -> Conf {
    let env = settings.iter().map(|(key, value)| (format!("GIBBON_{key}"), (*value).to_owned())).collect();
    let machine = Machine { user: User::Root, cores: 2, folder: "/".into() };
    load(&Sources { file: ConfFile::Search(vec![]), env, options: vec![], machine }).unwrap().conf
}
