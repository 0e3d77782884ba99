//! A store with a copy of its database: what it can do while that is away.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gibbon_schema::Object;
use gibbon_store::postgres::Connect;
use gibbon_store::{Changes, Mirrored, Options, Store, StoreError};
use gibbon_testkit::postgres::{Database, Door, is_installed};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kinds::{def, definitions, id, service};

const KINDS: [&str; 5] = ["services", "routes", "consumers", "credentials", "plugins"];

/// A database behind a door, and a place for copies of it.
struct World {
    database: Database,
    door: Door,
    connect: Connect,
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let database = Database::new();
        let door = database.door();
        let connect = Connect { timeout: Duration::from_secs(1), ..database.connect_through(&door) };
        Self { database, door, connect, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("mirror.db")
    }

    async fn open(&self) -> Result<Mirrored, StoreError> {
        let options = Options { kinds: Arc::new(definitions()), ..Options::default() };
        Mirrored::open(&self.connect, self.path(), options).await
    }

    /// Opens and loads, as a node does when it starts.
    async fn start(&self) -> (Mirrored, u64, Vec<(String, Object)>) {
        let store = self.open().await.unwrap();
        let loaded = store.load(&KINDS).await.unwrap();
        (store, loaded.revision, loaded.records)
    }

    /// A node starts, brings the copy up to date, and ends.
    async fn copy(&self) {
        let (store, revision, _) = self.start().await;
        store.keep_copy(revision).await.unwrap();
        store.close().await;
    }
}

async fn put(store: &Mirrored, kind: &str, body: Value) -> u64 {
    let mut tx = store.begin().await.unwrap();
    tx.replace(def(kind), body.as_object().unwrap()).await.unwrap();
    let revision = tx.revision();
    tx.commit().await.unwrap();
    revision
}

async fn delete(store: &Mirrored, kind: &str, number: u128) -> u64 {
    let mut tx = store.begin().await.unwrap();
    tx.delete(kind, id(number)).await.unwrap();
    let revision = tx.revision();
    tx.commit().await.unwrap();
    revision
}

fn consumer(number: u128, name: &str) -> Value {
    json!({ "id": id(number), "username": name })
}

#[tokio::test]
async fn without_the_database_a_node_loads_the_copy_and_can_do_nothing_else() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    let (store, ..) = world.start().await;
    put(&store, "services", Value::Object(service(1, "one"))).await;
    let revision = put(&store, "consumers", consumer(2, "ann")).await;
    store.keep_copy(revision).await.unwrap();
    let there = store.load(&KINDS).await.unwrap();
    store.close().await;
    assert_eq!(std::fs::metadata(world.path()).unwrap().permissions().mode() & 0o777, 0o600);

    world.door.shut();
    let (store, found, records) = world.start().await;
    assert_eq!((found, &records), (revision, &there.records));
    assert_eq!(store.copy_in_use(), Some(revision));
    for refused in [store.begin().await.map(drop), store.revision().await.map(drop), store.keep_copy(9).await] {
        assert!(refused.is_ok() || matches!(refused, Err(StoreError::Unavailable(_))));
    }
    assert!(matches!(store.begin().await.map(drop), Err(StoreError::Unavailable(_))));

    world.door.open();
    let later = put(&store, "consumers", consumer(3, "bob")).await;
    assert_eq!(store.copy_in_use(), None);
    let Changes::List(changes) = store.changes_since(found).await.unwrap() else { panic!("too far behind") };
    assert_eq!((changes.len(), later), (1, revision + 1));
}

#[tokio::test]
async fn without_a_copy_there_is_nothing_to_start_with() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    world.door.shut();
    assert!(matches!(world.open().await.map(drop), Err(StoreError::Unavailable(_))));
    assert!(!world.path().exists());
}

#[tokio::test]
async fn the_copy_follows_whatever_is_changed() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    let (store, ..) = world.start().await;
    put(&store, "services", Value::Object(service(1, "one"))).await;
    put(&store, "routes", json!({ "id": id(2), "name": "r", "service": { "id": id(1) } })).await;
    put(&store, "consumers", consumer(3, "ann")).await;
    let revision = put(&store, "consumers", consumer(4, "bob")).await;
    store.keep_copy(revision).await.unwrap();
    // Both exchange their names, which one after the other would not be possible; what is referred to goes before what
    // refers to it; and one is new.
    let mut tx = store.begin().await.unwrap();
    for (number, name) in [(3, "between"), (4, "ann"), (3, "bob")] {
        tx.replace(def("consumers"), consumer(number, name).as_object().unwrap()).await.unwrap();
    }
    tx.commit().await.unwrap();
    delete(&store, "routes", 2).await;
    delete(&store, "services", 1).await;
    let revision = put(&store, "services", Value::Object(service(5, "five"))).await;
    store.keep_copy(revision).await.unwrap();
    let there = store.load(&KINDS).await.unwrap();
    store.close().await;
    world.door.shut();
    let (_, found, records) = world.start().await;
    assert_eq!((found, records), (revision, there.records));
}

#[tokio::test]
async fn the_copy_of_another_database_is_not_used() {
    if !is_installed() {
        return;
    }
    let (mut world, other) = (World::new(), Database::new());
    world.copy().await;
    world.door.shut();
    world.connect.database = other.name().to_owned();
    assert!(matches!(world.open().await.map(drop), Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_database_that_took_the_place_of_another_is_loaded_anew() {
    if !is_installed() {
        return;
    }
    let world = World::new();
    let (store, ..) = world.start().await;
    let revision = put(&store, "consumers", consumer(1, "ann")).await;
    store.keep_copy(revision).await.unwrap();
    store.close().await;
    world.door.shut();
    let (store, ..) = world.start().await;
    // Its tables are taken away and made again, and it comes to the same revision with something else.
    let mut tables = gibbon_store::postgres::migrations(&world.database.connect()).await.unwrap();
    tables.reset().await.unwrap();
    tables.bootstrap().await.unwrap();
    world.door.open();
    assert_eq!(store.changes_since(revision).await.unwrap(), Changes::TooFarBehind);
    assert!(matches!(store.begin().await.map(drop), Err(StoreError::Unavailable(_))), "nothing is written before");
    assert_eq!(store.load(&KINDS).await.unwrap().records, []);
    let revision = put(&store, "consumers", consumer(2, "bob")).await;
    store.keep_copy(revision).await.unwrap();
    store.close().await;
    world.door.shut();
    let (_, _, records) = world.start().await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].1["username"], "bob");
}
