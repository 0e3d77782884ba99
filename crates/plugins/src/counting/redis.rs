//! Counts in a Redis.

mod connection;
mod synced;
mod tls;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use gibbon_entities::{Body, BodyError, Switch};
use gibbon_plugin_api::{ConfigureError, CountedWindow, CountersAway, Counting, Node, SharedCounters};
use rustls::RootCertStore;
use tokio::runtime::Handle;

pub(crate) use connection::Link;
use synced::Synced;

/// Which Redis, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RedisSettings {
    host: Box<str>,
    port: u16,
    timeout: Duration,
    username: Option<Box<str>>,
    password: Option<Box<str>>,
    database: i64,
    tls: Tls,
    /// Milliseconds between two exchanges of counts; none where every request asks.
    sync_rate: Option<u64>,
}

/// Whether and how TLS is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Tls {
    Off,
    On { verification: Verification, server_name: Option<Box<str>> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Verification {
    Required,
    Skipped,
}

impl RedisSettings {
    /// What `redis` and `sync_rate` say.
    pub(crate) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let redis = config.record("redis")?;
        let tls = match redis.boolean("ssl", Switch::Off)? {
            false => Tls::Off,
            true => {
                let is_verified = redis.boolean("ssl_verify", Switch::Off)?;
                let verification = if is_verified { Verification::Required } else { Verification::Skipped };
                Tls::On { verification, server_name: redis.boxed("server_name")? }
            }
        };
        let given = |text: Option<Box<str>>| text.filter(|text| !text.is_empty());
        let sync_rate = config.number("sync_rate", -1.0)?;
        Ok(Self {
            host: redis.text("host")?.into(),
            port: redis.integer("port", 6379)?,
            timeout: Duration::from_millis(redis.integer::<u32>("timeout", 2000)?.into()),
            username: given(redis.boxed("username")?),
            password: given(redis.boxed("password")?),
            database: redis.integer("database", 0)?,
            tls,
            sync_rate: (sync_rate > 0.0).then_some((sync_rate * 1000.0) as u64),
        })
    }
}

/// The counts of a Redis. All instances with the same settings share one connection.
pub(crate) fn counters(
    settings: RedisSettings,
    trusted: &Arc<RootCertStore>,
    node: &Node,
) -> Result<Arc<dyn SharedCounters>, ConfigureError> {
    let Some(runtime) = &node.runtime else { return Ok(Arc::new(Away)) };
    let links: Arc<Links> = node.live.get();
    let mut links = links.0.lock().unwrap_or_else(PoisonError::into_inner);
    links.retain(|_, link| link.strong_count() > 0);
    if let Some(link) = links.get(&settings).and_then(Weak::upgrade) {
        return Ok(link);
    }
    let direct = Link::new(&settings, trusted, runtime.clone())?;
    let counters: Arc<dyn SharedCounters> = match settings.sync_rate {
        None => Arc::new(direct),
        Some(rate) => Synced::start(direct, Duration::from_millis(rate.max(20)), runtime),
    };
    links.insert(settings, Arc::downgrade(&counters));
    Ok(counters)
}

/// The connections of a node, by their settings.
#[derive(Default)]
struct Links(Mutex<HashMap<RedisSettings, Weak<dyn SharedCounters>>>);

/// What a command has that is no gateway.
struct Away;

impl SharedCounters for Away {
    fn add(&self, _: Vec<CountedWindow>, _: i64) -> Counting {
        Box::pin(async { Err(CountersAway("this is no running gateway".to_owned())) })
    }
}

/// Runs `work` beside the workers and waits for it.
fn beside<T, W>(runtime: &Handle, work: W) -> impl Future<Output = Result<T, CountersAway>> + Send + 'static + use<T, W>
where
    T: Send + 'static,
    W: Future<Output = Result<T, CountersAway>> + Send + 'static,
{
    let task = runtime.spawn(work);
    async move { task.await.unwrap_or_else(|error| Err(CountersAway(error.to_string()))) }
}
