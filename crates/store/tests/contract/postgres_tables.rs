//! What is PostgreSQL's alone: tables that are made, changed and taken away on purpose.

use std::time::Duration;

use gibbon_store::postgres::{Connect, migrations, open_with};
use gibbon_store::{Lock, Options, Progress, Repeat, SchemaState, Store, StoreError};
use gibbon_testkit::postgres::{Database, is_installed};

use crate::kinds::{def, id, service};

const AT_ONCE: Duration = Duration::from_millis(1);

fn up_to_date() -> SchemaState {
    SchemaState::Bootstrapped(Progress { executed: vec!["0001_tables", "0002_history"], pending: vec![], new: vec![] })
}

async fn state(connect: &Connect) -> SchemaState {
    migrations(connect).await.unwrap().state().await.unwrap()
}

#[tokio::test]
async fn an_empty_database_is_bootstrapped_and_reset() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    let mut tables = migrations(&database.connect()).await.unwrap();
    assert_eq!(tables.state().await.unwrap(), SchemaState::Empty);
    tables.bootstrap().await.unwrap();
    assert_eq!(tables.state().await.unwrap(), up_to_date());
    open_with(&database.connect(), Options::default()).await.unwrap();
    tables.reset().await.unwrap();
    assert_eq!(tables.state().await.unwrap(), SchemaState::Empty);
    assert_eq!(database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

#[tokio::test]
async fn doing_what_is_done_once_more_harms_no_record() {
    if !is_installed() {
        return;
    }
    let database = Database::new();
    let store = open_with(&database.connect(), Options::default()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tables = migrations(&database.connect()).await.unwrap();
    for repeat in [Repeat::Nothing, Repeat::Executed] {
        tables.up(repeat).await.unwrap();
        tables.finish(repeat).await.unwrap();
        assert_eq!(tables.state().await.unwrap(), up_to_date());
    }
    assert!(store.get("services", id(1)).await.unwrap().is_some());
    assert_eq!(store.revision().await.unwrap(), 1);
}

#[tokio::test]
async fn one_migrates_at_a_time() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    let mut first = migrations(&database.connect()).await.unwrap();
    let mut second = migrations(&database.connect()).await.unwrap();
    assert_eq!(first.lock(AT_ONCE).await.unwrap(), Lock::Held);
    assert_eq!(second.lock(AT_ONCE).await.unwrap(), Lock::Elsewhere);
    drop(first);
    assert_eq!(second.lock(Duration::from_secs(20)).await.unwrap(), Lock::Held);
}

#[tokio::test]
async fn a_schema_of_its_own_is_made_and_nothing_else_is_touched() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    let connect = Connect { schema: Some("gate \"way".to_owned()), ..database.connect() };
    database.run("CREATE TABLE tags (name TEXT)");
    let mut tables = migrations(&connect).await.unwrap();
    tables.bootstrap().await.unwrap();
    assert_eq!(state(&connect).await, up_to_date());
    let store = open_with(&connect, Options::default()).await.unwrap();
    assert_eq!(store.revision().await.unwrap(), 0);
    tables.reset().await.unwrap();
    assert_eq!(database.run("SELECT schemaname, tablename FROM pg_tables WHERE tablename = 'tags'"), "public|tags");
}

#[tokio::test]
async fn the_tables_of_another_program_are_left_alone() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    database.run("CREATE TABLE tags (name TEXT)");
    let error = migrations(&database.connect()).await.unwrap().state().await.unwrap_err();
    assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("`tags`")), "{error:?}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_letter_is_refused() {
    if !is_installed() {
        return;
    }
    let database = Database::empty();
    let name = format!("{}_latin", database.name());
    database.run(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"));
    let connect = Connect { database: name.clone(), ..database.connect() };
    let error = migrations(&connect).await.map(|_| ()).unwrap_err();
    database.run(&format!("DROP DATABASE {name} WITH (FORCE)"));
    assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("LATIN1")), "{error:?}");
}
