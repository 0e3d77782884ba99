//! Where the plugin keeps accounts, challenges, locks and what is to be renewed.

mod memory;
mod records;
mod redis;

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Keeping, Settings};
use serde_json::Value;

use self::memory::{Memories, Memory};
use self::records::Records;
use self::redis::Redis;
use super::storage_fields::unsupported;

/// What is kept of a lock.
const LOCKED: &str = "locked";

const NEEDS_DATABASE: &str = "\"kong\" storage can't be used with dbless mode";

/// A storage; a field of the configuration says which.
#[derive(Clone)]
pub(super) enum Shelf {
    /// The memory of this node.
    Memory(Arc<Memory>),
    /// The records of the gateway.
    Records(Records),
    /// A Redis.
    Redis(Redis),
}

/// Something could not be kept, or looked up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the storage does not answer: {0}")]
pub(super) struct ShelfError(pub(super) String);

/// What became of something that was to be kept where there was nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    New,
    /// There was something, which stays.
    Known,
}

/// What became of an attempt to take a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    Taken,
    /// Somebody else has it.
    Held,
}

impl Shelf {
    /// The one that a configuration names.
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let refused = |reason: String| Err(ConfigureError { field: "storage", reason });
        match config["storage"].as_str().unwrap_or("shm") {
            "shm" => {
                let name = config["storage_config"]["shm"]["shm_name"].as_str().unwrap_or("kong");
                Ok(Self::Memory(settings.node.live.get::<Memories>().named(name)))
            }
            "kong" if settings.keeping == Keeping::Declared => refused(NEEDS_DATABASE.to_owned()),
            "kong" => Ok(Self::Records(Records::new(&settings.node))),
            "redis" => Redis::read(config, settings).map(Self::Redis),
            other => refused(unsupported(other)),
        }
    }

    /// What is kept under a name.
    pub(super) async fn get(&self, name: &str) -> Result<Option<String>, ShelfError> {
        match self {
            Self::Memory(memory) => Ok(memory.get(name)),
            Self::Records(records) => records.get(name).await,
            Self::Redis(redis) => redis.get(name).await,
        }
    }

    /// Keeps something, in the place of what there was; for so many seconds, or until it is deleted.
    pub(super) async fn set(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<(), ShelfError> {
        match self {
            Self::Memory(memory) => memory.set(name, value, seconds),
            Self::Records(records) => return records.set(name, value, seconds).await,
            Self::Redis(redis) => return redis.set(name, value, seconds).await,
        }
        Ok(())
    }

    /// Keeps something where there is nothing: of several who try it at once, on any node, one succeeds.
    pub(super) async fn add(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<Added, ShelfError> {
        match self {
            Self::Memory(memory) => Ok(memory.add(name, value, seconds)),
            Self::Records(records) => records.add(name, value, seconds).await,
            Self::Redis(redis) => redis.add(name, value, seconds).await,
        }
    }

    /// Takes a lock, which is let go after so many seconds at the latest.
    pub(super) async fn lock(&self, name: &str, seconds: i64) -> Result<Lock, ShelfError> {
        Ok(match self.add(name, LOCKED, Some(seconds)).await? {
            Added::New => Lock::Taken,
            Added::Known => Lock::Held,
        })
    }

    /// Forgets what is kept under a name, if there is something.
    pub(super) async fn delete(&self, name: &str) -> Result<(), ShelfError> {
        match self {
            Self::Memory(memory) => memory.delete(name),
            Self::Records(records) => return records.delete(name).await,
            Self::Redis(redis) => return redis.delete(name).await,
        }
        Ok(())
    }

    /// All names that begin so.
    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, ShelfError> {
        match self {
            Self::Memory(memory) => Ok(memory.list(prefix)),
            Self::Records(records) => records.list(prefix).await,
            Self::Redis(redis) => redis.list(prefix).await,
        }
    }
}
