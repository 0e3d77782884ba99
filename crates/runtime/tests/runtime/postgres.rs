//! Several nodes on one PostgreSQL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gibbon_runtime::{Configuration, feed};
use gibbon_store::postgres::{self, Connect};
use gibbon_store::{Options, StoreError};
use gibbon_testkit::PATIENCE;
use gibbon_testkit::postgres::{Database, is_installed};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::fixture::{definitions_and_registry, node_on, prepare, put, vaults};

/// So long that nothing is found by asking now and then.
const NEVER: Duration = Duration::from_secs(3600);

/// A node that follows.
struct Node {
    configuration: Arc<Configuration>,
    feed: JoinHandle<()>,
}

impl Node {
    async fn on(connect: &Connect, poll: Duration) -> Self {
        let (definitions, registry) = definitions_and_registry(vaults(&[]));
        let options = Options { kinds: Arc::clone(&definitions) as _, ..Options::default() };
        let store = Arc::new(postgres::open_with(connect, options).await.unwrap());
        let configuration = node_on(store, definitions, registry).await;
        let feed = tokio::spawn(feed::follow(Arc::clone(&configuration), poll, Arc::new(|_| {})));
        Self { configuration, feed }
    }

    async fn put(&self, username: &str) {
        let body = prepare(&self.configuration, "consumers", json!({ "username": username }));
        put(&self.configuration, "consumers", body).await;
    }

    fn knows(&self, username: &str) -> bool {
        use gibbon_plugin_api::Directory as _;
        self.configuration.snapshot().consumer_named(username).is_some()
    }

    /// Waits until it knows a consumer that another node has written.
    async fn learns(&self, username: &str) {
        let begun = Instant::now();
        while !self.knows(username) {
            assert!(begun.elapsed() < PATIENCE, "`{username}` does not arrive");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.feed.abort();
    }
}

/// Waits until that many connections listen, as far as the server shows it.
async fn listening(database: &Database, count: usize) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let begun = Instant::now();
    while database.run(sql) != count.to_string() {
        assert!(begun.elapsed() < PATIENCE, "nobody listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn nodes_on_one_database_learn_of_each_others_writes() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let (first, second) = (Node::on(&database.connect(), NEVER).await, Node::on(&database.connect(), NEVER).await);
    first.put("from-first").await;
    second.learns("from-first").await;
    second.put("from-second").await;
    first.learns("from-second").await;
}

#[tokio::test]
async fn writes_on_two_nodes_at_once_reach_both_and_lose_none() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let (first, second) = (Node::on(&database.connect(), NEVER).await, Node::on(&database.connect(), NEVER).await);
    let write = async |node: &Node, name: &str| {
        for number in 0..20 {
            node.put(&format!("{name}-{number}")).await;
        }
    };
    tokio::join!(write(&first, "a"), write(&second, "b"));
    for node in [&first, &second] {
        for name in ["a", "b"] {
            node.learns(&format!("{name}-19")).await;
        }
        assert!((0..20).all(|number| node.knows(&format!("a-{number}")) && node.knows(&format!("b-{number}"))));
        assert_eq!(node.configuration.snapshot().revision, 40);
    }
}

#[tokio::test]
async fn a_node_whose_connections_are_cut_catches_up_by_itself() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let poll = Duration::from_secs(2);
    let (first, second) = (Node::on(&database.connect(), poll).await, Node::on(&database.connect(), poll).await);
    listening(&database, 2).await;
    database.cut_connections();
    first.put("after-the-cut").await;
    second.learns("after-the-cut").await;
    listening(&database, 2).await;
    first.put("later").await;
    second.learns("later").await;
}

#[tokio::test]
async fn a_node_whose_server_is_away_serves_on_refuses_writes_and_catches_up() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let door = database.door();
    let remote = Connect { timeout: Duration::from_secs(1), ..database.connect_through(&door) };
    let node = Node::on(&remote, Duration::from_millis(200)).await;
    let other = Node::on(&database.connect(), NEVER).await;
    node.put("before").await;
    door.shut();
    other.put("meanwhile").await;
    assert!(node.knows("before"), "what is live stays so");
    let refused = node.configuration.write().await.map(drop).unwrap_err();
    assert!(matches!(StoreError::from(refused), StoreError::Unavailable(_)));
    assert!(!node.knows("meanwhile"));
    door.open();
    node.learns("meanwhile").await;
    node.put("again").await;
    other.learns("again").await;
}

#[tokio::test]
async fn what_nobody_announces_is_found_by_asking() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let door = database.door();
    let remote = Connect { timeout: Duration::from_secs(1), ..database.connect_through(&door) };
    let (deaf, other) =
        (Node::on(&remote, Duration::from_millis(100)).await, Node::on(&database.connect(), NEVER).await);
    listening(&database, 2).await;
    // The connection that listens stays, and nothing arrives on it any more, without anybody being told.
    door.silence_present();
    other.put("unheard").await;
    deaf.learns("unheard").await;
}

#[tokio::test]
async fn expired_records_that_one_node_has_removed_do_not_trouble_the_other() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let (first, second) = (Node::on(&database.connect(), NEVER).await, Node::on(&database.connect(), NEVER).await);
    first.put("somebody").await;
    second.learns("somebody").await;
    database.run("UPDATE entities SET expires_at = 1");
    let (one, other) = tokio::join!(first.configuration.purge_expired(), second.configuration.purge_expired());
    one.unwrap();
    other.unwrap();
    for node in [&first, &second] {
        node.configuration.follow().await.unwrap();
        assert!(!node.knows("somebody"));
        assert_eq!(node.configuration.snapshot().revision, 2, "who came second made no revision");
    }
}
