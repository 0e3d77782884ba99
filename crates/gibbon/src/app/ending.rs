//! The end of a gateway: what is under way, and what has to be kept.

use std::time::Duration;

use gibbon_proxy::DataPlane;
use gibbon_runtime::Configuration;

use crate::signals::{Signal, Signals};

/// How a gateway ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// What is under way is cut off.
    Now,
    /// What is under way is served.
    Gracefully,
    /// The same, while another process serves what is new.
    HandedOver,
}

/// How long the copy of a database may take at the end. What it misses it gets the next time.
const LAST_COPY: Duration = Duration::from_secs(2);

/// How long plugins have at the end to write what they have gathered: several times as long as they gather.
const LAST_LINES: Duration = Duration::from_millis(25);

/// How often a drain is looked at.
const DRAIN_TICK: Duration = Duration::from_millis(20);

/// How often a process that has handed over takes over what the other one has written: its last requests go by it.
const FOLLOW: Duration = Duration::from_millis(100);

/// Waits for requests under way, unless a signal says that this has lasted long enough.
pub(super) async fn drain(data_plane: &DataPlane, signals: &mut Signals) {
    data_plane.begin_drain();
    let mut tick = tokio::time::interval(DRAIN_TICK);
    while !data_plane.is_over() {
        tokio::select! {
            _ = tick.tick() => {}
            signal = signals.next() => if signal == Signal::Stop {
                tracing::warn!("requests under way are cut off");
                return;
            }
        }
    }
}

/// Closes the ports of the workers; returns when the last one is closed.
pub(super) async fn stop_accepting(data_plane: &DataPlane) {
    data_plane.begin_drain();
    while data_plane.accepts() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Takes over, without an end, what others write to the store.
pub(super) async fn follow(configuration: &Configuration) {
    let mut tick = tokio::time::interval(FOLLOW);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        // A store that is away is a matter of the process that has taken over.
        let _ = configuration.follow().await;
        configuration.sweep();
    }
}

/// Gives plugins a moment for the lines of the last requests.
pub(super) async fn write_last_lines() {
    tokio::time::sleep(LAST_LINES).await;
}

/// Lets go of the store.
pub(super) async fn close(configuration: &Configuration, end: End) {
    // After a handover, the copy is the other process's.
    if end != End::HandedOver {
        let last = configuration.store().keep_copy(configuration.snapshot().revision);
        if !matches!(tokio::time::timeout(LAST_COPY, last).await, Ok(Ok(()))) {
            tracing::debug!("the copy of the database is not of the last moment");
        }
    }
    configuration.store().close().await;
}
