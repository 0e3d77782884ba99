//! The database tells everyone who listens of each commit.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::PgPool;
use sqlx::postgres::PgListener;

use super::connection::within;
use super::failure::unavailable;
use crate::{Announcement, Announcements, StoreError};

/// Where commits are announced, with their revision. Schemas of one database share it: what is heard may be about
/// another, and is only ever a reason to look.
pub(super) const CHANNEL: &str = "gibbon_revision";

/// Where nodes tell each other something: the name of their schema, a space, and what they say.
const WORDS: &str = "gibbon_words";

const TELL: &str = "SELECT pg_notify($1, coalesce(current_schema(), '') || ' ' || $2)";

const SCHEMA: &str = "SELECT coalesce(current_schema(), '')::text";

/// A connection that listens.
pub(super) struct Listener {
    connection: PgListener,
    schema: String,
}

/// Tells everyone who listens, and whose tables are in the same schema.
pub(super) async fn tell(pool: &PgPool, limit: Duration, word: &str) -> Result<(), StoreError> {
    let told = sqlx::query(TELL).bind(WORDS).bind(word).execute(pool);
    within(limit, told).await.map(drop).map_err(unavailable)
}

impl Listener {
    pub(super) async fn open(pool: &PgPool, limit: Duration) -> Result<Self, StoreError> {
        let open = async {
            let mut connection = PgListener::connect_with(pool).await?;
            let schema = sqlx::query_scalar(SCHEMA).fetch_one(&mut connection).await?;
            connection.listen_all([CHANNEL, WORDS]).await?;
            Ok(Self { connection, schema })
        };
        within(limit * 2, open).await.map_err(unavailable)
    }
}

#[async_trait]
impl Announcements for Listener {
    async fn next(&mut self) -> Result<Announcement, StoreError> {
        loop {
            let heard = self.connection.try_recv().await.map_err(unavailable)?;
            let Some(heard) = heard else {
                return Err(StoreError::Unavailable("the connection that listens for changes is gone".into()));
            };
            let payload = heard.payload();
            if heard.channel() == CHANNEL {
                if let Ok(revision) = payload.parse() {
                    return Ok(Announcement::Committed(revision));
                }
            } else if let Some((schema, word)) = payload.split_once(' ')
                && schema == self.schema
            {
                return Ok(Announcement::Told(word.to_owned()));
            }
        }
    }
}
