//! Following what other nodes write to the same store: by its announcements, and by asking now and then, for those that
//! got lost.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use gibbon_store::{Announcement, Announcements, StoreError};
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::configuration::{Configuration, Followed, WriteError};

/// How long a node waits before it tries a store again that is away.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Takes what other nodes tell this one, beside what they write.
pub type Hearer = Arc<dyn Fn(&str) + Send + Sync>;

/// Follows for as long as the node runs; ends at once where nobody else writes to its store. Between announcements it
/// asks every `poll`. What other nodes tell is handed to `hearer`.
pub async fn follow(configuration: Arc<Configuration>, poll: Duration, hearer: Hearer) {
    let mut health = Health::Good;
    loop {
        match round(&configuration, poll, &hearer, &mut health).await {
            Ok(End::Alone) => return,
            Ok(End::Deaf) => tracing::debug!("changes were found that nobody announced; listening anew"),
            Err(error) => {
                tracing::debug!(%error, "announcements do not come through");
                // What cannot be heard of can still be asked for.
                match configuration.follow().await {
                    Ok(_) => health.recovers(configuration.snapshot().revision),
                    Err(error) => health.fails(&error),
                }
                tokio::time::sleep(TRY_AGAIN.min(poll)).await;
            }
        }
    }
}

/// How a round of following ends when the store is not away.
enum End {
    /// Nobody else writes to the store.
    Alone,
    /// Announcements do not come through.
    Deaf,
}

/// Whether the store is known to be away, so that it is said once.
enum Health {
    Good,
    Away,
}

impl Health {
    fn fails(&mut self, error: &WriteError) {
        if matches!(self, Self::Good) {
            tracing::warn!(%error, "the store is away: changes by other nodes are not seen, what is live stays so");
        }
        *self = Self::Away;
    }

    fn recovers(&mut self, revision: u64) {
        if matches!(self, Self::Away) {
            tracing::info!(revision, "the store is there again, and this node has caught up");
        }
        *self = Self::Good;
    }
}

/// Listens until the connection is lost, or turns out to be.
async fn round(
    configuration: &Configuration,
    poll: Duration,
    hearer: &Hearer,
    health: &mut Health,
) -> Result<End, WriteError> {
    let Some(announcements) = configuration.store().announcements().await? else { return Ok(End::Alone) };
    // What was committed before the listening began has been announced to nobody.
    configuration.follow().await?;
    health.recovers(configuration.snapshot().revision);
    let heard = Notify::new();
    tokio::select! {
        lost = listen(configuration, announcements, &heard, hearer) => match lost? {},
        end = catch_up(configuration, poll, &heard) => end,
    }
}

/// Passes on what is heard, if it is new: this node's own commits are announced to it as well.
async fn listen(
    configuration: &Configuration,
    mut announcements: Box<dyn Announcements>,
    heard: &Notify,
    hearer: &Hearer,
) -> Result<Infallible, StoreError> {
    loop {
        match announcements.next().await? {
            Announcement::Committed(revision) if revision > configuration.snapshot().revision => heard.notify_one(),
            Announcement::Committed(_) => {}
            Announcement::Told(word) => hearer(&word),
        }
    }
}

async fn catch_up(configuration: &Configuration, poll: Duration, heard: &Notify) -> Result<End, WriteError> {
    loop {
        let announced = timeout(poll, heard.notified()).await;
        let followed = configuration.follow().await?;
        if announced.is_err() && followed == Followed::Changes {
            return Ok(End::Deaf);
        }
    }
}
