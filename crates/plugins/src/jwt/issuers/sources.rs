//! All places of a node that publish keys, each of them once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use gibbon_jose::Policy;
use gibbon_plugin_api::{Exposition, IssuerSettings, Kind, Measured, Names, Settings};
use gibbon_tls::TlsError;
use rustls::RootCertStore;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::addresses::Listed;
use super::client::Client;
use super::kept::Kept;
use super::keyring::{Fixed, Keyring};
use super::keys::Keys;
use super::location::Location;
use super::records::RecordKeys;
use super::source::{Binding, Means, Source};

/// How many places there may be.
const MOST: usize = 1000;

/// How many of them are asked at once.
const AT_ONCE: usize = 8;

/// See the module.
pub(super) struct Places {
    all: Mutex<HashMap<Location, Weak<Source>>>,
    /// Made when the first place is opened: most nodes have none.
    client: OnceLock<Arc<Client>>,
    turns: Arc<Semaphore>,
    /// Keys that are not fetched, for whoever asks which are used.
    written: Mutex<Vec<(Label, Written)>>,
}

/// Whose keys are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::jwt) enum Label {
    /// An issuer's.
    Issuer(Box<str>),
    /// Those of the credential with this id.
    Credential(Uuid),
}

/// Keys that are not fetched, for as long as they are used.
enum Written {
    Fixed(Weak<Fixed>),
    Records(Weak<RecordKeys>),
}

impl Written {
    fn current(&self) -> Option<Arc<Keys>> {
        match self {
            Self::Fixed(fixed) => fixed.upgrade().map(|fixed| Arc::clone(&fixed.keys)),
            Self::Records(records) => records.upgrade().map(|records| records.last()),
        }
    }
}

/// Where configurations get the keys of places.
#[derive(Clone)]
pub(in crate::jwt) struct Sources {
    places: Arc<Places>,
    trusted: Arc<RootCertStore>,
    settings: IssuerSettings,
    /// None where this is no running gateway: nothing is fetched then.
    runtime: Option<Handle>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Mutex::default(),
            client: OnceLock::new(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            written: Mutex::default(),
        }
    }
}

impl Sources {
    pub(in crate::jwt) fn new(settings: &Settings) -> Self {
        Self {
            places: settings.node.live.measured::<Places>(),
            trusted: Arc::clone(&settings.trusted),
            settings: settings.issuers.clone(),
            runtime: settings.node.runtime.clone(),
        }
    }

    /// The runtime beside the workers, where there is one.
    pub(in crate::jwt) fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref()
    }

    /// Whether a place may be asked at all, as far as can be told without asking.
    pub(super) fn check(&self, location: &Location) -> Result<(), String> {
        let client = self.client().map_err(|error| error.to_string())?;
        client.check(location.url()).map(drop).map_err(|error| error.to_string())
    }

    /// The keys of a place under a policy. Whoever names it first has it asked. `None` where it cannot be asked at all, or
    /// there are too many places.
    pub(super) fn open(&self, location: &Location, policy: Policy) -> Option<Arc<Binding>> {
        let mut places = self.places.lock();
        if let Some(source) = places.get(location).and_then(Weak::upgrade) {
            return Some(source.bind(policy));
        }
        places.retain(|_, source| source.strong_count() > 0);
        if places.len() >= MOST {
            tracing::error!(url = location.url(), "keys of an issuer are not fetched: {MOST} others are already");
            return None;
        }
        let means = Means {
            client: self.client().ok()?,
            kept: Kept::new(self.settings.folder.clone()),
            turns: Arc::clone(&self.places.turns),
        };
        let source = Source::new(location.clone(), means);
        if let Some(runtime) = &self.runtime {
            source.start(runtime);
        }
        places.insert(location.clone(), Arc::downgrade(&source));
        Some(source.bind(policy))
    }

    /// Has keys that are not fetched among those that are reported.
    pub(in crate::jwt) fn noted(&self, label: Label, keyring: Keyring) -> Keyring {
        let keys = match &keyring {
            Keyring::Fixed(fixed) => Written::Fixed(Arc::downgrade(fixed)),
            Keyring::Records(records) => Written::Records(Arc::downgrade(records)),
            Keyring::Fetched(_) => return keyring,
        };
        let mut written = self.places.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.retain(|(_, keys)| keys.current().is_some());
        written.push((label, keys));
        keyring
    }

    fn client(&self) -> Result<Arc<Client>, TlsError> {
        if let Some(client) = self.places.client.get() {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::new(&self.trusted, Listed::new(Arc::clone(&self.settings.hosts)))?);
        // The first to use them deletes what is of no use to anybody any more.
        Kept::new(self.settings.folder.clone()).tidy();
        Ok(Arc::clone(self.places.client.get_or_init(|| client)))
    }
}

impl Places {
    fn lock(&self) -> MutexGuard<'_, HashMap<Location, Weak<Source>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that are not fetched, and whose they are.
    pub(super) fn written(&self) -> Vec<(Label, Arc<Keys>)> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.iter().filter_map(|(label, keys)| Some((label.clone(), keys.current()?))).collect()
    }

    /// All that are in use, in the order of their URLs.
    pub(super) fn in_use(&self) -> Vec<Arc<Source>> {
        let mut sources: Vec<_> = self.lock().values().filter_map(Weak::upgrade).collect();
        sources.sort_by(|one, other| one.location.url().cmp(other.location.url()));
        sources
    }
}

impl Measured for Places {
    fn write(&self, _: &dyn Names, exposition: &mut Exposition) {
        // Two places may have one URL, for different issuers.
        let mut sums: BTreeMap<String, (u64, u64, i64)> = BTreeMap::new();
        for source in self.in_use() {
            let published = source.published();
            let (fetches, failures, fetched_at) = sums.entry(source.location.url().to_owned()).or_default();
            *fetches += published.fetches - published.failures;
            *failures += published.failures;
            *fetched_at = published.fetched_at.unwrap_or_default().max(*fetched_at);
        }
        let help = "How often a place that publishes keys of issuers was asked, by what came of it.";
        let mut samples = exposition.family("gibbon_jwt_key_fetches_total", Kind::Counter, help);
        for (url, (fetches, failures, _)) in &sums {
            samples.add(&[("url", url), ("outcome", "fetched")], fetches);
            samples.add(&[("url", url), ("outcome", "failed")], failures);
        }
        let help = "When keys were last fetched from a place, in seconds since 1970.";
        let mut samples = exposition.family("gibbon_jwt_keys_fetched_at_seconds", Kind::Gauge, help);
        for (url, (.., at)) in sums.iter().filter(|(_, (.., at))| *at > 0) {
            samples.add(&[("url", url)], at);
        }
        self.write_uses(exposition);
    }
}

impl Places {
    /// When each key was last of use; of keys that are alike under one name the last time of all.
    fn write_uses(&self, exposition: &mut Exposition) {
        let mut uses: BTreeMap<[String; 3], i64> = BTreeMap::new();
        let mut add = |of: &str, keys: &Keys| {
            for (key, at) in keys.report().filter_map(|(key, at)| Some((key, at?))) {
                let algorithm = key.verifier().algorithm().to_string();
                let last =
                    uses.entry([of.to_owned(), key.kid().unwrap_or_default().to_owned(), algorithm]).or_default();
                *last = at.max(*last);
            }
        };
        for source in self.in_use() {
            let bindings: Vec<_> = source.published().bindings().collect();
            bindings.iter().for_each(|binding| add(source.location.url(), &binding.all_keys().keys));
        }
        for (label, keys) in self.written() {
            match label {
                Label::Issuer(issuer) => add(&issuer, &keys),
                Label::Credential(id) => add(&id.to_string(), &keys),
            }
        }
        let help =
            "When a key was last of use, in seconds since 1970, by the place, issuer or credential that it is of.";
        let mut samples = exposition.family("gibbon_jwt_key_last_used_seconds", Kind::Gauge, help);
        for ([of, kid, algorithm], at) in &uses {
            samples.add(&[("of", of), ("kid", kid), ("alg", algorithm)], at);
        }
    }
}
