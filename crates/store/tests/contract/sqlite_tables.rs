//! What is SQLite's alone: a file that is bootstrapped when it is opened, and can be reset on purpose.

use gibbon_store::{Repeat, SchemaState, Store, sqlite};

use crate::kinds::{def, id, service};

#[tokio::test]
async fn a_file_is_reset_and_bootstrapped_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gibbon.db");
    let store = sqlite::open(&path).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let mut tables = sqlite::migrations(&path).await.unwrap();
    for repeat in [Repeat::Nothing, Repeat::Executed] {
        tables.up(repeat).await.unwrap();
        tables.finish(repeat).await.unwrap();
    }
    let SchemaState::Bootstrapped(progress) = tables.state().await.unwrap() else { panic!("it has tables") };
    assert_eq!((progress.executed, progress.new), (vec!["0001_tables", "0002_history"], vec![]));
    assert!(sqlite::open(&path).await.unwrap().get("services", id(1)).await.unwrap().is_some());
    tables.reset().await.unwrap();
    assert_eq!(tables.state().await.unwrap(), SchemaState::Empty);
    tables.bootstrap().await.unwrap();
    assert_eq!(sqlite::open(&path).await.unwrap().revision().await.unwrap(), 0);
}
