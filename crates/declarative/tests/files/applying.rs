use gibbon_declarative::{Applied, Extent, apply};
use gibbon_schema::Object;
use gibbon_store::{Store, sqlite};

use crate::world::World;

struct Place {
    world: World,
    store: sqlite::SqliteStore,
    _folder: tempfile::TempDir,
}

#[derive(Clone, Copy)]
enum As {
    Addition,
    Whole,
    Anew,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = sqlite::open(&folder.path().join("gibbon.db")).await.unwrap();
        Self { world: World::new(), store, _folder: folder }
    }

    async fn present(&self) -> Vec<(String, Object)> {
        self.store.load(&self.world.kinds().names()).await.unwrap().records
    }

    async fn put(&self, text: &str, extent: As) -> Result<Applied, String> {
        let declared = self.world.load(text).unwrap();
        let mut tx = self.store.begin().await.unwrap();
        let present = self.present().await;
        let extent = match extent {
            As::Addition => Extent::Addition,
            As::Whole => Extent::Whole(&present),
            As::Anew => Extent::Anew(&present),
        };
        let applied = apply(&mut *tx, &self.world.kinds(), &declared.records, extent).await;
        match applied {
            Ok(applied) => {
                tx.commit().await.unwrap();
                Ok(applied)
            }
            Err(error) => {
                tx.rollback().await.unwrap();
                Err(error.to_string())
            }
        }
    }

    async fn names(&self) -> Vec<String> {
        let name = |record: &Object| {
            ["name", "username", "key"].iter().find_map(|field| Some(record.get(*field)?.as_str()?.to_owned()))
        };
        let mut names: Vec<_> = self.present().await.iter().filter_map(|(_, record)| name(record)).collect();
        names.sort();
        names
    }
}

const FIRST: &str = "_format_version: '3.0'\nservices: [{name: a, host: a, routes: [{name: r, paths: [/]}]}]\n\
                     consumers: [{username: ann, credentials: [{key: k}]}]";
const SECOND: &str = "_format_version: '3.0'\nservices: [{name: b, host: a, routes: [{name: r, paths: [/]}]}]";

#[tokio::test]
async fn an_addition_leaves_what_it_does_not_name() {
    let place = Place::new().await;
    assert_eq!(place.put(FIRST, As::Addition).await, Ok(Applied { written: 4, unchanged: 0, removed: 0 }));
    assert_eq!(place.put(SECOND, As::Addition).await, Ok(Applied { written: 2, unchanged: 0, removed: 0 }));
    assert_eq!(place.names().await, ["a", "ann", "b", "k", "r"]);
}

#[tokio::test]
async fn a_whole_leaves_nothing_else_and_touches_nothing_that_stays_the_same() {
    let place = Place::new().await;
    place.put(FIRST, As::Whole).await.unwrap();
    let before = place.present().await;
    place.world.pass_time();
    assert_eq!(place.put(FIRST, As::Whole).await, Ok(Applied { written: 0, unchanged: 4, removed: 0 }));
    assert_eq!(place.present().await, before);
    assert_eq!(place.put(SECOND, As::Whole).await, Ok(Applied { written: 2, unchanged: 0, removed: 3 }));
    assert_eq!(place.names().await, ["b", "r"]);
}

#[tokio::test]
async fn records_exchange_unique_values_when_all_is_written_anew() {
    let place = Place::new().await;
    let file = |first: &str, second: &str| {
        format!(
            "_format_version: '3.0'\nconsumers:\n- {{id: 0855b320-0dd2-547d-891d-601e9b386470, username: {first}}}\n\
             - {{id: 0855b320-0dd2-547d-891d-601e9b386471, username: {second}}}"
        )
    };
    place.put(&file("a", "b"), As::Whole).await.unwrap();
    let refused = place.put(&file("b", "a"), As::Whole).await.unwrap_err();
    assert_eq!(refused, "UNIQUE violation detected on '{username=\"b\"}'");
    assert_eq!(place.put(&file("b", "a"), As::Anew).await, Ok(Applied { written: 2, unchanged: 0, removed: 2 }));
}
