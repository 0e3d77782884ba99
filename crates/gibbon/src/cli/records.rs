//! Records into the database of a gateway, whether it runs or not: one transaction, built before it is committed.

use gibbon_conf::Loaded;
use gibbon_declarative::{Applied, Extent, Kinds, apply};
use gibbon_schema::{EntityDef, Object};

use super::Failure;
use super::config::ConfigError;
use crate::app;

/// Adds records to those that are there, and replaces those with the same ids.
///
/// # Errors
/// Where one of them is not taken; then none is.
pub(super) async fn put(
    settings: &Loaded,
    kinds: &Kinds<'_>,
    records: &[(&EntityDef, Object)],
) -> Result<Applied, Failure> {
    let configuration = app::configuration(&settings.conf, &settings.vaults).await?;
    let mut write = configuration.write().await.map_err(ConfigError::from)?;
    let applied = match apply(write.tx(), kinds, records, Extent::Addition).await {
        Ok(applied) => applied,
        Err(error) => {
            write.rollback().await.map_err(ConfigError::from)?;
            return Err(ConfigError::Apply(Box::new(error)).into());
        }
    };
    // A commit that changes nothing would take a revision all the same.
    if applied.written == 0 {
        write.rollback().await.map_err(ConfigError::from)?;
    } else {
        write.commit().await.map_err(ConfigError::from)?;
    }
    configuration.store().close().await;
    Ok(applied)
}
