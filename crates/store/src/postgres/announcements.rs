//! The database tells everyone who listens of each commit.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use sqlx::postgres::PgListener;

use super::connection::within;
use super::failure::unavailable;
use crate::{Announcements, StoreError};

/// Where commits are announced, with their revision. Schemas of one database share it: what is heard may be about
/// another, and is only ever a reason to look.
pub(super) const CHANNEL: &str = "gibbon_revision";

/// A connection that listens.
pub(super) struct Listener(PgListener);

impl Listener {
    pub(super) async fn open(pool: &PgPool, limit: Duration) -> Result<Self, StoreError> {
        let open = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            Ok(listener)
        };
        Ok(Self(within(limit * 2, open).await.map_err(unavailable)?))
    }
}

#[async_trait]
impl Announcements for Listener {
    async fn next(&mut self) -> Result<u64, StoreError> {
        loop {
            let heard = self.0.try_recv().await.map_err(unavailable)?;
            let Some(heard) = heard else {
                return Err(StoreError::Unavailable("the connection that listens for changes is gone".into()));
            };
            if let Ok(revision) = heard.payload().parse() {
                return Ok(revision);
            }
        }
    }
}
