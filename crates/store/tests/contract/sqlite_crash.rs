//! The writer is killed, again and again, and the file is looked at: what was answered is there, and nothing is half.
//!
//! The test starts itself as another process. That one does transaction after transaction and says after each commit
//! which revision it was; this one kills it at some moment. What transaction number n does is a function of n alone, so
//! the whole content of the database follows from its revision.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gibbon_schema::Object;
use gibbon_store::{Store, Transaction, sqlite};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Row, SqlitePool};
use uuid::Uuid;

use crate::kinds::{consumer, credential, def, id, id_of, with};

const ROUNDS: usize = 60;
const DATABASE: &str = "GIBBON_TEST_CRASH_DATABASE";
const WRITER: &str = "sqlite_crash::the_writer_that_is_killed";

enum Step {
    Insert(&'static str, Object),
    Replace(&'static str, Object),
    Delete(&'static str, Uuid),
}

/// A consumer with two credentials; every third transaction deletes the consumer before, and some rename an older one.
fn transaction(number: u128) -> Vec<Step> {
    let tagged = |name: &str, number| {
        with(&consumer(number, &format!("{name}-{number}")), "tags", json!(["all", format!("t{}", number % 3)]))
    };
    let mut steps = vec![
        Step::Insert("consumers", tagged("user", number)),
        Step::Insert("credentials", credential(2 * number, number, &format!("key-{}", 2 * number))),
        Step::Insert("credentials", credential(2 * number + 1, number, &format!("key-{}", 2 * number + 1))),
    ];
    if number.is_multiple_of(3) {
        steps.push(Step::Delete("consumers", id(number - 1)));
    }
    if number.is_multiple_of(4) && number % 3 != 1 {
        steps.push(Step::Replace("consumers", tagged("renamed", number - 2)));
    }
    steps
}

async fn write(tx: &mut dyn Transaction, number: u128) {
    for step in transaction(number) {
        match step {
            Step::Insert(kind, body) => tx.insert(def(kind), &body).await.unwrap(),
            Step::Replace(kind, body) => tx.replace(def(kind), &body).await.unwrap(),
            Step::Delete(kind, id) => assert_eq!(tx.delete(kind, id).await.unwrap(), gibbon_store::Deleted::Removed),
        }
    }
}

#[tokio::test]
#[ignore = "it is a part of the test below, which starts it as a process"]
async fn the_writer_that_is_killed() {
    let Some(path) = std::env::var_os(DATABASE) else { return };
    let store = sqlite::open(Path::new(&path)).await.unwrap();
    let mut output = std::io::stdout();
    loop {
        let mut tx = store.begin().await.unwrap();
        let revision = tx.revision();
        write(&mut *tx, u128::from(revision)).await;
        tx.commit().await.unwrap();
        output.write_all(format!("\nanswered {revision}\n").as_bytes()).unwrap();
        output.flush().unwrap();
    }
}

/// The rows of all tables after the first `revision` transactions.
#[derive(Debug, Default, PartialEq)]
struct Content {
    records: BTreeMap<(String, Uuid), Object>,
    changes: BTreeSet<(u64, String, Uuid, String)>,
}

impl Content {
    fn after(revision: u64) -> Self {
        let mut content = Self::default();
        for number in 1..=revision {
            for step in transaction(u128::from(number)) {
                match step {
                    Step::Insert(kind, body) | Step::Replace(kind, body) => content.put(number, kind, body),
                    Step::Delete(kind, id) => content.delete(number, kind, id),
                }
            }
        }
        content
    }

    fn put(&mut self, revision: u64, kind: &str, body: Object) {
        self.changes.insert((revision, kind.to_owned(), id_of(&body), "put".to_owned()));
        self.records.insert((kind.to_owned(), id_of(&body)), body);
    }

    fn delete(&mut self, revision: u64, kind: &str, id: Uuid) {
        self.changes.insert((revision, kind.to_owned(), id, "delete".to_owned()));
        self.records.remove(&(kind.to_owned(), id));
        let hang_on_it = |body: &Object| body.get("consumer").is_some_and(|of| of["id"] == json!(id.to_string()));
        let gone: Vec<Uuid> = self.records.iter().filter(|(_, body)| hang_on_it(body)).map(|(key, _)| key.1).collect();
        for id in gone {
            self.delete(revision, "credentials", id);
        }
    }

    fn unique_values(&self) -> BTreeSet<(String, String, String, Uuid)> {
        let mut rows = BTreeSet::new();
        for ((kind, id), body) in &self.records {
            let values = def(kind).unique_values(body).into_iter();
            rows.extend(values.map(|unique| (kind.clone(), unique.field.to_owned(), unique.value, *id)));
        }
        rows
    }

    fn relations(&self) -> BTreeSet<(String, String, String, Uuid, Uuid)> {
        let mut rows = BTreeSet::new();
        for ((kind, id), body) in &self.records {
            for reference in def(kind).references(body) {
                rows.insert((kind.clone(), reference.field.to_owned(), reference.target.to_owned(), *id, reference.id));
            }
        }
        rows
    }

    fn tags(&self) -> BTreeSet<(String, String, Uuid)> {
        let mut rows = BTreeSet::new();
        for ((kind, id), body) in &self.records {
            rows.extend(def(kind).tags(body).into_iter().map(|tag| (tag, kind.clone(), *id)));
        }
        rows
    }
}

fn uuid(row: &sqlx::sqlite::SqliteRow, column: usize) -> Uuid {
    Uuid::from_slice(row.get(column)).unwrap()
}

/// Compares every table, and lets SQLite check itself.
async fn check_tables(path: &Path, expected: &Content) {
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await.unwrap();
    let rows = |sql: &'static str| {
        let pool = &pool;
        async move { sqlx::query(sql).fetch_all(pool).await.unwrap() }
    };
    let unique = rows("SELECT kind, field, value, id FROM unique_values").await;
    let unique = unique.iter().map(|row| (row.get(0), row.get(1), row.get(2), uuid(row, 3)));
    assert_eq!(unique.collect::<BTreeSet<_>>(), expected.unique_values());
    let relations = rows("SELECT kind, field, target_kind, id, target_id FROM relations").await;
    let relations = relations.iter().map(|row| (row.get(0), row.get(1), row.get(2), uuid(row, 3), uuid(row, 4)));
    assert_eq!(relations.collect::<BTreeSet<_>>(), expected.relations());
    let tags = rows("SELECT tag, kind, id FROM tags").await;
    let tags = tags.iter().map(|row| (row.get(0), row.get(1), uuid(row, 2)));
    assert_eq!(tags.collect::<BTreeSet<_>>(), expected.tags());
    let changes = rows("SELECT revision, kind, id, op FROM changes").await;
    let changes = changes.iter().map(|row| (row.get::<i64, _>(0) as u64, row.get(1), uuid(row, 2), row.get(3)));
    assert_eq!(changes.collect::<BTreeSet<_>>(), expected.changes);
    assert_eq!(rows("PRAGMA integrity_check").await[0].get::<String, _>(0), "ok");
    assert!(rows("PRAGMA foreign_key_check").await.is_empty());
    pool.close().await;
}

/// Opens the file that was left behind; the answer is its revision.
async fn check(path: &Path, answered: u64) -> u64 {
    let store = sqlite::open(path).await.unwrap();
    let loaded = store.load(&["consumers", "credentials"]).await.unwrap();
    store.close().await;
    assert!(loaded.revision >= answered, "revision {answered} was answered, {} is there", loaded.revision);
    assert!(loaded.revision <= answered + 1, "only the transaction under way may be there without an answer");
    let expected = Content::after(loaded.revision);
    let records: BTreeMap<_, _> = loaded.records.into_iter().map(|(kind, body)| ((kind, id_of(&body)), body)).collect();
    assert_eq!(records, expected.records);
    check_tables(path, &expected).await;
    loaded.revision
}

fn start(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", WRITER, "--ignored", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lets the writer answer so many times and a little longer, and kills it. The answer is the last revision that it
/// has answered for, also in the moments between.
fn run_and_kill(path: &Path, answers: usize, longer: Duration) -> Option<u64> {
    let mut writer = start(path);
    let mut lines = BufReader::new(writer.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("answered ").map(|revision| revision.parse::<u64>().unwrap()));
    let mut last = lines.by_ref().take(answers).last();
    // The moment of death has to be random; nothing waits for something to be ready here.
    std::thread::sleep(longer);
    writer.kill().unwrap();
    writer.wait().unwrap();
    last = lines.last().or(last);
    last
}

#[tokio::test]
async fn killing_the_writer_loses_nothing_that_was_answered_and_leaves_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gibbon.db");
    let mut revision = 0;
    for round in 0..ROUNDS {
        let random = Uuid::new_v4().as_u128();
        let answers = 1 + (random % 20) as usize;
        let longer = Duration::from_micros((random >> 64) as u64 % 4_000);
        let answered = run_and_kill(&path, answers, longer);
        let answered = answered.unwrap_or_else(|| panic!("the writer answered nothing in round {round}"));
        assert!(answered >= revision + answers as u64);
        revision = check(&path, answered).await;
    }
}
