//! Random transactions, done to the store and to a model that is too simple to be wrong: a map, and loops over it.

use std::collections::{BTreeMap, BTreeSet};

use gibbon_schema::{Object, OnDelete};
use gibbon_store::{Changes, Filter, Op, StoreError, TagFilter, Transaction};
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kinds::{
    certificate, consumer, credential, def, grant, id, id_of, plugin, reference, route, service, sni, with,
};
use crate::world::{Backend, START, World};

const KINDS: [&str; 8] =
    ["services", "routes", "consumers", "credentials", "grants", "plugins", "certificates", "snis"];

#[derive(Clone, Debug)]
enum Step {
    Insert(&'static str, Object),
    Replace(&'static str, Object),
    Delete(&'static str, Uuid),
}

#[derive(Clone, Copy, Debug)]
enum End {
    Commit,
    Rollback,
    Drop,
}

#[derive(Clone, Debug)]
enum Event {
    Transaction(Vec<Step>, End),
    /// Time passes, and what has expired is purged.
    Wait(i64),
}

/// What an error says, as far as the model can know it.
#[derive(Debug, PartialEq)]
enum Refusal {
    PrimaryKey,
    Unique(String),
    ForeignKey(String),
    Referenced,
}

fn refusal(error: &StoreError) -> Refusal {
    match error {
        StoreError::PrimaryKey { .. } => Refusal::PrimaryKey,
        StoreError::Unique { field, .. } => Refusal::Unique(field.clone()),
        StoreError::ForeignKey { field, .. } => Refusal::ForeignKey(field.clone()),
        StoreError::Referenced { .. } => Refusal::Referenced,
        other => panic!("the model knows no such error: {other:?}"),
    }
}

type Key = (&'static str, Uuid);

#[derive(Clone, Default)]
struct Model {
    /// Bodies without `ttl`, and when they expire.
    records: BTreeMap<Key, (Object, Option<i64>)>,
    now: i64,
}

impl Model {
    fn apply(&mut self, step: &Step) -> Result<(), Refusal> {
        match step {
            Step::Insert(kind, body) if self.records.contains_key(&(*kind, id_of(body))) => Err(Refusal::PrimaryKey),
            Step::Insert(kind, body) | Step::Replace(kind, body) => self.put(kind, body),
            Step::Delete(kind, id) => self.delete((kind, *id)),
        }
    }

    fn put(&mut self, kind: &'static str, body: &Object) -> Result<(), Refusal> {
        let key = (kind, id_of(body));
        let expires_at = body.get("ttl").and_then(Value::as_i64).filter(|ttl| *ttl > 0).map(|ttl| self.now + ttl);
        self.records.insert(key, (body.clone(), expires_at));
        self.check_unique(key)?;
        let dangles = |target: &'static str, id| !self.records.contains_key(&(target, id));
        match def(kind).references(body).into_iter().find(|reference| dangles(reference.target, reference.id)) {
            Some(reference) => Err(Refusal::ForeignKey(reference.field.to_owned())),
            None => Ok(()),
        }
    }

    fn check_unique(&self, key: Key) -> Result<(), Refusal> {
        let values = |body| def(key.0).unique_values(body).into_iter().map(|unique| (unique.field, unique.value));
        for (field, value) in values(&self.records[&key].0) {
            let others = self.records.iter().filter(|(other, _)| other.0 == key.0 && **other != key);
            if others.flat_map(|(_, (body, _))| values(body)).any(|other| other == (field, value.clone())) {
                return Err(Refusal::Unique(field.to_owned()));
            }
        }
        Ok(())
    }

    fn references_to(&self, gone: &BTreeSet<Key>, rule: OnDelete) -> Vec<(Key, &'static str)> {
        let mut found = Vec::new();
        for (key, (body, _)) in &self.records {
            for reference in def(key.0).references(body) {
                if reference.on_delete == rule && gone.contains(&(reference.target, reference.id)) {
                    found.push((*key, reference.field));
                }
            }
        }
        found.retain(|(key, _)| !gone.contains(key));
        found
    }

    fn delete(&mut self, key: Key) -> Result<(), Refusal> {
        if !self.records.contains_key(&key) {
            return Ok(());
        }
        let mut gone = BTreeSet::from([key]);
        loop {
            let more = self.references_to(&gone, OnDelete::Cascade);
            if more.is_empty() {
                break;
            }
            gone.extend(more.into_iter().map(|(key, _)| key));
        }
        if !self.references_to(&gone, OnDelete::Restrict).is_empty() {
            return Err(Refusal::Referenced);
        }
        for (key, field) in self.references_to(&gone, OnDelete::SetNull) {
            self.records.get_mut(&key).unwrap().0.insert(field.to_owned(), Value::Null);
            self.check_unique(key)?;
        }
        self.records.retain(|key, _| !gone.contains(key));
        Ok(())
    }

    fn wait(&mut self, seconds: i64) {
        self.now += seconds;
        let expired = |(_, expires_at): &(Object, Option<i64>)| expires_at.is_some_and(|at| at <= self.now);
        let expired: Vec<Key> = self.records.iter().filter(|(_, entry)| expired(entry)).map(|(key, _)| *key).collect();
        for key in expired {
            self.delete(key).unwrap();
        }
    }

    /// The body as a reader sees it.
    fn seen(&self, key: &Key) -> Object {
        let (body, expires_at) = &self.records[key];
        match expires_at {
            Some(at) => with(body, "ttl", json!(at - self.now)),
            None => body.clone(),
        }
    }

    fn ids(&self, kind: &str, keep: impl Fn(&Object) -> bool) -> Vec<Uuid> {
        let records = self.records.iter().filter(|(key, (body, _))| key.0 == kind && keep(body));
        records.map(|(key, _)| key.1).collect()
    }
}

fn number() -> impl Strategy<Value = u128> {
    1_u128..=4
}

fn maybe() -> impl Strategy<Value = Option<u128>> {
    prop_oneof![Just(None), number().prop_map(Some)]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![Just("a".to_owned()), Just("b\u{0}".to_owned()), Just("é".repeat(200)), "[a-d]".prop_map(String::from)]
}

fn tags() -> impl Strategy<Value = Value> {
    proptest::sample::subsequence(vec!["x", "y", "z"], 0..=3)
        .prop_map(|tags| if tags.is_empty() { Value::Null } else { json!(tags) })
}

fn record() -> impl Strategy<Value = (&'static str, Object)> {
    prop_oneof![
        (number(), name(), tags()).prop_map(|(n, name, tags)| ("services", with(&service(n, &name), "tags", tags))),
        (number(), number(), tags()).prop_map(|(n, of, tags)| ("routes", with(&route(n, of), "tags", tags))),
        (number(), name(), tags()).prop_map(|(n, name, tags)| ("consumers", with(&consumer(n, &name), "tags", tags))),
        (number(), number(), name(), 0_i64..100).prop_map(|(n, of, key, ttl)| {
            ("credentials", with(&credential(n, of, &key), "ttl", if ttl < 50 { Value::Null } else { json!(ttl) }))
        }),
        (number(), number(), maybe())
            .prop_map(|(n, of, holder)| ("grants", with(&grant(n, of), "holder", json!(holder.map(reference))))),
        (number(), name(), maybe(), maybe()).prop_map(|(n, name, s, c)| ("plugins", plugin(n, &name, s, c))),
        number().prop_map(|n| ("certificates", certificate(n))),
        (number(), name(), maybe()).prop_map(|(n, name, of)| ("snis", sni(n, &name, of))),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => record().prop_map(|(kind, body)| Step::Insert(kind, body)),
        2 => record().prop_map(|(kind, body)| Step::Replace(kind, body)),
        2 => (0..KINDS.len(), number()).prop_map(|(kind, n)| Step::Delete(KINDS[kind], id(n))),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let end = prop_oneof![6 => Just(End::Commit), 1 => Just(End::Rollback), 1 => Just(End::Drop)];
    prop_oneof![
        12 => (proptest::collection::vec(step(), 1..4), end).prop_map(|(steps, end)| Event::Transaction(steps, end)),
        1 => (1_i64..60).prop_map(Event::Wait),
    ]
}

/// Does the steps to both; the answer is the model as it is after the commit, if all of them went well.
async fn perform(tx: &mut dyn Transaction, model: &Model, steps: &[Step]) -> Option<Model> {
    let mut next = model.clone();
    for step in steps {
        let result = match step {
            Step::Insert(kind, body) => tx.insert(def(kind), body).await,
            Step::Replace(kind, body) => tx.replace(def(kind), body).await,
            Step::Delete(kind, id) => tx.delete(kind, *id).await.map(|_| ()),
        };
        let result = result.map_err(|error| refusal(&error));
        assert_eq!(result, next.apply(step), "{step:?}");
        if result.is_err() {
            return None;
        }
    }
    Some(next)
}

async fn agree<B: Backend>(world: &World<B>, model: &Model) {
    for kind in KINDS {
        let loaded = world.store.load(&[kind]).await.unwrap().records;
        let bodies: Vec<Object> = loaded.into_iter().map(|(_, body)| body).collect();
        let expected: Vec<Object> = model.ids(kind, |_| true).into_iter().map(|id| model.seen(&(kind, id))).collect();
        assert_eq!(bodies, expected);
        assert_eq!(world.ids(kind, &Filter::default(), 2).await, model.ids(kind, |_| true));
        for (field, _, _) in def(kind).foreign_fields() {
            let relation = Some((field.to_owned(), id(1)));
            let nested = model.ids(kind, |body| body[field] == reference(1));
            assert_eq!(world.ids(kind, &Filter { relation, tags: None }, 1).await, nested, "{kind} by {field}");
        }
        for body in &expected {
            for unique in def(kind).unique_values(body) {
                assert_eq!(world.find(kind, unique.field, &unique.value).await, Some(id_of(body)));
            }
        }
    }
    for kind in ["services", "routes", "consumers"] {
        let has = |body: &Object, tag: &str| body["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag)));
        let both = || vec!["x".to_owned(), "y".to_owned()];
        let all = Filter { relation: None, tags: Some(TagFilter::All(both())) };
        let any = Filter { relation: None, tags: Some(TagFilter::Any(both())) };
        assert_eq!(world.ids(kind, &all, 1).await, model.ids(kind, |body| has(body, "x") && has(body, "y")));
        assert_eq!(world.ids(kind, &any, 1).await, model.ids(kind, |body| has(body, "x") || has(body, "y")));
    }
}

/// A follower that applies the changes, and must end up with the records of the model. It sees a `ttl` only when its
/// record changes, so that is left out.
async fn follow<B: Backend>(
    world: &World<B>,
    model: &Model,
    mirror: &mut BTreeMap<(String, Uuid), Object>,
    known: u64,
) {
    let without_ttl = |mut body: Object| {
        body.shift_remove("ttl");
        body
    };
    let Changes::List(list) = world.store.changes_since(known).await.unwrap() else { panic!("too far behind") };
    for change in list {
        match change.op {
            Op::Put(body) => mirror.insert((change.kind, change.id), without_ttl(body)),
            Op::Delete => mirror.remove(&(change.kind, change.id)),
        };
    }
    let expected: BTreeMap<_, _> = model
        .records
        .iter()
        .map(|((kind, id), (body, _))| (((*kind).to_owned(), *id), without_ttl(body.clone())))
        .collect();
    assert_eq!(*mirror, expected);
}

async fn run<B: Backend>(events: &[Event]) {
    let world = World::<B>::new().await;
    let mut model = Model { now: START, ..Default::default() };
    let (mut mirror, mut followed, mut known) = (BTreeMap::new(), 0, 0);
    for (position, event) in events.iter().enumerate() {
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(tx.revision(), known + 1);
        match event {
            Event::Transaction(steps, end) => match (perform(&mut *tx, &model, steps).await, end) {
                (Some(next), End::Commit) => {
                    tx.commit().await.unwrap();
                    model = next;
                    known += 1;
                }
                (None, End::Commit) => assert!(matches!(tx.commit().await, Err(StoreError::Aborted))),
                (_, End::Rollback) => tx.rollback().await.unwrap(),
                (_, End::Drop) => drop(tx),
            },
            Event::Wait(seconds) => {
                drop(tx);
                world.clock.advance(*seconds);
                model.wait(*seconds);
                let mut tx = world.store.begin().await.unwrap();
                tx.purge_expired(usize::MAX).await.unwrap();
                tx.commit().await.unwrap();
                known += 1;
            }
        }
        assert_eq!(world.store.revision().await.unwrap(), known);
        if position % 5 == 4 || position + 1 == events.len() {
            agree(&world, &model).await;
            follow(&world, &model, &mut mirror, followed).await;
            followed = known;
        }
    }
}

pub(crate) fn random_operations_agree_with_a_naive_model<B: Backend>() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config =
        Config { cases: B::RANDOM_RUNS, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    TestRunner::new(config)
        .run(&proptest::collection::vec(event(), 1..40), |events| {
            runtime.block_on(run::<B>(&events));
            Ok(())
        })
        .unwrap();
}
