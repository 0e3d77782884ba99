//! What is SQLite's alone: the file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gibbon_store::{Store, StoreError, sqlite};

use crate::kinds::{def, service};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

async fn refusal(path: &Path) -> StoreError {
    sqlite::open(path).await.unwrap_err()
}

#[tokio::test]
async fn the_file_and_its_companions_can_be_read_by_their_owner_alone() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("state/gibbon.db");
    let store = sqlite::open(&path).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.insert(def("services"), &service(1, "one")).await.unwrap();
    tx.commit().await.unwrap();
    store.revision().await.unwrap();
    assert_eq!(mode(&base.path().join("state")), 0o700);
    for name in ["gibbon.db", "gibbon.db-wal", "gibbon.db-shm"] {
        assert_eq!(mode(&base.path().join("state").join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn closing_folds_the_log_into_the_file() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("gibbon.db");
    let store = sqlite::open(&path).await.unwrap();
    store.revision().await.unwrap();
    store.close().await;
    assert!(!base.path().join("gibbon.db-wal").exists());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("gibbon.db");
    fs::write(&path, "this is a letter, and it is longer than the header of a database\n".repeat(100)).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, StoreError::Corrupt(_)), "{error:?}");
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_alone() {
    let base = tempfile::tempdir().unwrap();
    let path = base.path().join("gibbon.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options.clone()).await.unwrap();
    sqlx::query("CREATE TABLE recipes (name TEXT)").execute(&pool).await.unwrap();
    pool.close().await;
    let error = refusal(&path).await;
    assert!(matches!(&error, StoreError::Corrupt(why) if why.contains("gibbon.db")), "{error:?}");
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema").fetch_all(&pool).await.unwrap();
    assert_eq!(tables, ["recipes"]);
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_unavailable() {
    let base = tempfile::tempdir().unwrap();
    fs::write(base.path().join("file"), "").unwrap();
    let error = refusal(&base.path().join("file/gibbon.db")).await;
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}
