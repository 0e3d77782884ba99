//! What is PostgreSQL's alone: a server that goes away, connections that are cut, and who is at the other end.

use std::sync::Arc;
use std::time::Duration;

use gibbon_store::Announcement::{Committed, Told};
use gibbon_store::postgres::{Connect, Tls, migrations, open_with};
use gibbon_store::{Changes, Options, SchemaState, Store, StoreError};
use gibbon_testkit::eventually;
use gibbon_testkit::postgres::{Database, Door, is_installed};

use crate::kinds::{def, id, service};

/// Short, so that a test does not wait long for a server that keeps silent.
const LIMIT: Duration = Duration::from_millis(200);

/// Makes a commit take long enough to be caught in the middle.
const SLOW_COMMIT: &str = "
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NULL; END';
    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON changes DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION slow()";

const COMMITTING: &str = "
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT'";

struct Remote {
    store: Arc<dyn Store>,
    door: Door,
    database: Database,
}

impl Remote {
    async fn new() -> Self {
        let database = Database::new();
        let door = database.door();
        let connect = Connect { timeout: LIMIT * 5, ..database.connect_through(&door) };
        let store = Arc::new(open_with(&connect, Options::default()).await.unwrap());
        Self { store, door, database }
    }

    async fn insert(&self, number: u128) -> Result<(), StoreError> {
        let mut tx = self.store.begin().await?;
        tx.insert(def("services"), &service(number, &number.to_string())).await?;
        tx.commit().await
    }

    /// The revision as the server has it, whatever the door does.
    fn revision(&self) -> String {
        self.database.run("SELECT n FROM revision")
    }
}

/// Tries until the store answers again.
async fn recovered(store: &Arc<dyn Store>) -> u64 {
    for _ in 0..100 {
        if let Ok(revision) = store.revision().await {
            return revision;
        }
    }
    panic!("the store does not recover");
}

fn is_unavailable<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Unavailable(_)))
}

#[tokio::test]
async fn a_server_that_goes_away_is_unavailable_and_then_is_there_again() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    remote.insert(1).await.unwrap();
    remote.door.shut();
    assert!(is_unavailable(&remote.store.get("services", id(1)).await));
    assert!(is_unavailable(&remote.insert(2).await));
    assert!(is_unavailable(&remote.store.load(&["services"]).await));
    remote.door.open();
    assert_eq!(recovered(&remote.store).await, 1);
    remote.insert(2).await.unwrap();
}

#[tokio::test]
async fn connections_that_were_cut_while_nobody_used_them_are_replaced_unnoticed() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    remote.insert(1).await.unwrap();
    for _ in 0..3 {
        remote.database.cut_connections();
        assert!(remote.store.get("services", id(1)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_given_up_and_takes_no_connection_with_it() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    remote.insert(1).await.unwrap();
    remote.door.silence();
    // More calls than there are connections.
    for _ in 0..8 {
        assert!(is_unavailable(&remote.store.get("services", id(1)).await));
    }
    remote.door.open();
    assert_eq!(recovered(&remote.store).await, 1);
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_found_to_be_done() {
    if !is_installed() {
        return;
    }
    let remote = Arc::new(Remote::new().await);
    remote.database.run(SLOW_COMMIT);
    let mut tx = remote.store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    let commit = tokio::spawn(tx.commit());
    let watched = Arc::clone(&remote);
    let done = move || {
        eventually("the server commits", || watched.database.run(COMMITTING) == "1");
        watched.door.keep_answers_back();
        eventually("the server has taken the commit", || watched.revision() == "1");
    };
    tokio::task::spawn_blocking(done).await.unwrap();
    remote.door.cut();
    remote.door.open();
    commit.await.unwrap().unwrap();
    assert!(remote.store.get("services", id(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_commit_that_never_arrived_is_found_not_to_be_done() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    let mut tx = remote.store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    remote.door.cut();
    assert!(is_unavailable(&tx.commit().await));
    assert_eq!(remote.revision(), "0");
    remote.insert(1).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_the_network_has_swallowed_does_not_keep_others_from_writing() {
    if !is_installed() {
        return;
    }
    let remote = Arc::new(Remote::new().await);
    let mut tx = remote.store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    remote.door.silence();
    let commit = tokio::spawn(tx.commit());
    let watched = Arc::clone(&remote);
    let lost = move || eventually("the commit is lost on the way", || watched.door.has_lost_something());
    tokio::task::spawn_blocking(lost).await.unwrap();
    remote.door.open();
    assert!(is_unavailable(&commit.await.unwrap()));
    assert_eq!(remote.revision(), "0");
    remote.insert(1).await.unwrap();
}

#[tokio::test]
async fn a_commit_is_announced_to_all_who_listen() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    let other = open_with(&remote.database.connect(), Options::default()).await.unwrap();
    let mut heard = other.announcements().await.unwrap().unwrap();
    remote.insert(1).await.unwrap();
    drop(remote.store.begin().await.unwrap());
    remote.insert(2).await.unwrap();
    assert_eq!((heard.next().await.unwrap(), heard.next().await.unwrap()), (Committed(1), Committed(2)));
    let Changes::List(changes) = other.changes_since(0).await.unwrap() else { panic!("too far behind") };
    assert_eq!(changes.len(), 2);
}

#[tokio::test]
async fn what_one_node_tells_is_heard_by_all_on_the_same_tables_and_nobody_else() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    let elsewhere = Connect { schema: Some("elsewhere".to_owned()), ..remote.database.connect() };
    remote.database.run("CREATE SCHEMA elsewhere");
    migrations(&elsewhere).await.unwrap().bootstrap().await.unwrap();
    let stranger = open_with(&elsewhere, Options::default()).await.unwrap();
    let mut heard = remote.store.announcements().await.unwrap().unwrap();
    stranger.tell("not for you").await.unwrap();
    remote.store.tell("two words").await.unwrap();
    assert_eq!(heard.next().await.unwrap(), Told("two words".to_owned()));
}

#[tokio::test]
async fn who_listens_is_told_when_the_connection_is_cut_and_can_begin_anew() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    let mut heard = remote.store.announcements().await.unwrap().unwrap();
    remote.database.cut_connections();
    assert!(is_unavailable(&heard.next().await));
    drop(heard);
    let mut heard = remote.store.announcements().await.unwrap().unwrap();
    remote.insert(1).await.unwrap();
    assert_eq!(heard.next().await.unwrap(), Committed(1));
}

#[tokio::test]
async fn closing_does_not_wait_for_who_listens() {
    if !is_installed() {
        return;
    }
    let remote = Remote::new().await;
    let mut heard = remote.store.announcements().await.unwrap().unwrap();
    let store = Arc::clone(&remote.store);
    let (heard, ()) = tokio::join!(async move { heard.next().await }, async move { store.close().await });
    assert!(is_unavailable(&heard));
}

#[tokio::test]
async fn tables_that_are_not_there_are_named_as_that() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    let error = open_with(&database.connect(), Options::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Outdated(SchemaState::Empty)), "{error:?}");
}

#[tokio::test]
async fn a_wrong_password_is_not_let_in() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    for password in [None, Some("guess".to_owned())] {
        let connect = Connect { password, ..database.connect_by_tcp() };
        assert!(is_unavailable(&open_with(&connect, Options::default()).await));
    }
    open_with(&database.connect_by_tcp(), Options::default()).await.unwrap();
}

#[tokio::test]
async fn the_other_end_of_an_encrypted_connection_is_verified_when_that_is_asked_for() {
    if !is_installed() {
        return;
    }
    let (database, folder) = (Database::new(), tempfile::tempdir().unwrap());
    let authority = database.authority_in(folder.path());
    let over = |tls| Connect { tls, ..database.connect_by_tcp() };
    for tls in [Tls::Preferred, Tls::Required, Tls::Verified(vec![authority.clone()])] {
        let store = open_with(&over(tls.clone()), Options::default()).await.unwrap();
        store.revision().await.unwrap();
        let encrypted = database.run(
            "SELECT count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
             WHERE ssl AND datname = current_database() AND application_name = 'gibbon'",
        );
        assert_eq!(encrypted, "t", "{tls:?}");
        store.close().await;
    }
    // An authority that nobody has named.
    assert!(is_unavailable(&open_with(&over(Tls::Verified(vec![])), Options::default()).await));
    // The right authority, and another name.
    let elsewhere = Connect { host: "127.0.0.1".to_owned(), ..over(Tls::Verified(vec![authority])) };
    assert!(is_unavailable(&open_with(&elsewhere, Options::default()).await));
}
