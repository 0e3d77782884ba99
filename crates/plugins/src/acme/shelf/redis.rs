//! The storage `redis`.

use gibbon_plugin_api::{ConfigureError, Settings};
use redis::{FromRedisValue, Pipeline};
use serde_json::Value;

use super::{Added, ShelfError};
use crate::config_error;
use crate::counting::redis::{Link, RedisSettings};

/// See the module. A command that is no gateway has no connection.
#[derive(Clone)]
pub(in crate::acme) struct Redis {
    link: Option<Link>,
    /// What the names of entries begin with there.
    namespace: Box<str>,
    scan_count: u64,
}

impl Redis {
    pub(super) fn read(config: &Value, settings: &Settings) -> Result<Self, ConfigureError> {
        let (reached, namespace, scan_count) = config_error::read(config, |config| {
            let storage = config.record("storage_config")?;
            let extra = storage.record("redis")?.record("extra_options")?;
            let namespace = extra.optional_text("namespace")?.unwrap_or_default().into();
            let scan_count = extra.number("scan_count", 10.0)?.max(1.0) as u64;
            Ok((RedisSettings::read(storage)?, namespace, scan_count))
        })?;
        let link = match &settings.node.runtime {
            None => None,
            Some(runtime) => Some(Link::new(&reached, &settings.trusted, runtime.clone())?),
        };
        Ok(Self { link, namespace, scan_count })
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<String>, ShelfError> {
        let (value,) = self.ask(redis::pipe().cmd("GET").arg(self.name(name))).await?;
        Ok(value)
    }

    pub(super) async fn set(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<(), ShelfError> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("SET").arg(self.name(name)).arg(value);
        if let Some(seconds) = seconds {
            pipeline.arg("EX").arg(seconds.max(1));
        }
        self.ask::<()>(pipeline.ignore()).await
    }

    pub(super) async fn add(&self, name: &str, value: &str, seconds: Option<i64>) -> Result<Added, ShelfError> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("SET").arg(self.name(name)).arg(value).arg("NX");
        if let Some(seconds) = seconds {
            pipeline.arg("EX").arg(seconds.max(1));
        }
        let (added,): (Option<String>,) = self.ask(&pipeline).await?;
        Ok(if added.is_some() { Added::New } else { Added::Known })
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), ShelfError> {
        self.ask::<()>(redis::pipe().cmd("DEL").arg(self.name(name)).ignore()).await
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<String>, ShelfError> {
        let pattern = format!("{}*", literal(&self.name(prefix)));
        let (mut names, mut cursor) = (Vec::new(), 0_u64);
        loop {
            let mut pipeline = redis::pipe();
            pipeline.cmd("SCAN").arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(self.scan_count);
            let ((next, some),): ((u64, Vec<String>),) = self.ask(&pipeline).await?;
            names.extend(some.iter().filter_map(|name| name.strip_prefix(&*self.namespace)).map(str::to_owned));
            cursor = next;
            if cursor == 0 {
                break;
            }
        }
        // It may name one several times.
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    fn name(&self, name: &str) -> String {
        format!("{}{name}", self.namespace)
    }

    async fn ask<T: FromRedisValue + Send + 'static>(&self, pipeline: &Pipeline) -> Result<T, ShelfError> {
        let link = self.link.as_ref().ok_or_else(|| ShelfError("this is no running gateway".to_owned()))?;
        link.ask(pipeline.clone()).await.map_err(|error| ShelfError(error.to_string()))
    }
}

/// The text as a pattern that only it matches.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn a_name_is_looked_for_as_it_is_written() {
        assert_eq!(literal(r"a*[b]?\:c"), r"a\*\[b\]\?\\:c");
    }
}
