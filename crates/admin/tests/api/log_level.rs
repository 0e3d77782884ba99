//! How much the node logs, seen and changed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gibbon_admin::LogLevels;
use gibbon_conf::LogLevel;
use serde_json::{Value, json};

use crate::driver::Node;

/// What was asked of the log.
#[derive(Default)]
struct Log(Mutex<Vec<(LogLevel, Option<Duration>)>>);

impl LogLevels for Log {
    fn current(&self) -> LogLevel {
        self.0.lock().unwrap().last().map_or(LogLevel::Notice, |(level, _)| *level)
    }

    fn change(&self, level: LogLevel, time: Option<Duration>) {
        self.0.lock().unwrap().push((level, time));
    }
}

async fn node() -> (Node, Arc<Log>) {
    let log = Arc::new(Log::default());
    (Node::new().await.with_log_levels(Arc::clone(&log) as _), log)
}

fn says(text: &str) -> Value {
    json!({ "message": text })
}

#[tokio::test]
async fn the_level_is_shown_and_changed_for_a_minute() {
    let (node, log) = node().await;
    assert_eq!(node.get("/debug/node/log-level").await, (200, says("log level: notice")));
    let change = node.call("PUT", "/debug/node/log-level/debug", Value::Null).await;
    assert_eq!(change, (200, says("log level changed")));
    assert_eq!(node.get("/debug/node/log-level").await.1, says("log level: debug"));
    assert_eq!(*log.0.lock().unwrap(), [(LogLevel::Debug, Some(Duration::from_mins(1)))]);
    let again = node.call("PUT", "/debug/node/log-level/debug", Value::Null).await;
    assert_eq!(again, (200, says("log level is already debug")));
}

#[tokio::test]
async fn the_time_comes_from_the_query_or_the_body_and_none_is_for_good() {
    let (node, log) = node().await;
    node.call("PUT", "/debug/node/log-level/debug?timeout=5", Value::Null).await;
    node.call("PUT", "/debug/node/log-level/info", json!({"timeout": 1.5})).await;
    node.form("PUT", "/debug/node/log-level/warn", "timeout=7").await;
    node.call("PUT", "/debug/node/log-level/error?timeout=0", Value::Null).await;
    node.call("PUT", "/debug/node/log-level/crit?timeout=soon", Value::Null).await;
    let times: Vec<_> = log.0.lock().unwrap().iter().map(|(_, time)| time.map(|time| time.as_secs())).collect();
    assert_eq!(times, [Some(5), Some(2), Some(7), None, Some(60)]);
}

#[tokio::test]
async fn what_is_no_level_or_no_time_is_refused() {
    let (node, log) = node().await;
    let loud = node.call("PUT", "/debug/node/log-level/loud", Value::Null).await;
    assert_eq!(loud, (400, says("unknown log level: loud")));
    let past = node.call("PUT", "/debug/node/log-level/debug?timeout=-1", Value::Null).await;
    assert_eq!(past, (400, says("timeout must be greater than or equal to 0")));
    assert_eq!(node.get("/debug/node/log-level/debug").await.0, 405);
    assert_eq!(node.call("PUT", "/debug/node/log-level", Value::Null).await.0, 405);
    assert!(log.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_change_for_the_whole_cluster_holds_on_this_node_too() {
    let (node, log) = node().await;
    let change = node.call("PUT", "/debug/cluster/log-level/debug?timeout=5", Value::Null).await;
    assert_eq!(change, (200, says("log level changed")));
    assert_eq!(*log.0.lock().unwrap(), [(LogLevel::Debug, Some(Duration::from_secs(5)))]);
    let again = node.call("PUT", "/debug/cluster/log-level/debug", Value::Null).await;
    assert_eq!(again, (200, says("log level is already debug")));
    let loud = node.call("PUT", "/debug/cluster/log-level/loud", Value::Null).await;
    assert_eq!(loud, (400, says("unknown log level: loud")));
    assert_eq!(node.get("/debug/cluster/log-level/debug").await.0, 405);
    assert_eq!(node.get("/debug/cluster/log-level").await.0, 404);
}

#[tokio::test]
async fn without_a_database_there_is_no_cluster_to_change() {
    let log = Arc::new(Log::default());
    let node = Node::without_database().await.with_log_levels(Arc::clone(&log) as _);
    let refused = node.call("PUT", "/debug/cluster/log-level/debug", Value::Null).await;
    assert_eq!(refused, (405, says("cannot change log level when not using a database")));
    assert!(log.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_another_node_tells_is_done_if_it_is_about_the_log() {
    let (node, log) = node().await;
    for word in ["", "log_level", "log_level loud 60", "log_level debug soon", "other debug 60", "log_level notice 60"]
    {
        gibbon_admin::hear(&node.configuration, &*log, word);
    }
    assert!(log.0.lock().unwrap().is_empty());
    gibbon_admin::hear(&node.configuration, &*log, "log_level debug 60");
    assert_eq!(*log.0.lock().unwrap(), [(LogLevel::Debug, Some(Duration::from_mins(1)))]);
}
