use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{Clock, DnsError, Lookup, LookupFuture, Resolved, Resolver, Settings};

/// A clock that stands still until it is moved.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// Name servers that say what they are told to, count who asks, and can be made to wait.
#[derive(Clone)]
struct Servers {
    answers: Arc<Mutex<HashMap<String, Result<Resolved, DnsError>>>>,
    asked: Arc<Mutex<Vec<String>>>,
    gate: Arc<Semaphore>,
}

impl Servers {
    fn new() -> Self {
        Self { answers: Arc::default(), asked: Arc::default(), gate: Arc::new(Semaphore::new(1000)) }
    }

    fn say(&self, name: &str, addresses: &[&str], ttl: u64) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        let resolved = Resolved { addresses, ttl: Duration::from_secs(ttl) };
        self.answers.lock().unwrap().insert(name.to_owned(), Ok(resolved));
    }

    fn fail(&self, name: &str) {
        self.answers.lock().unwrap().insert(name.to_owned(), Err(unavailable(name)));
    }

    /// The names that were asked for since the last call.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Holds all answers back until the returned value is dropped.
    async fn hold(&self) -> tokio::sync::SemaphorePermit<'_> {
        self.gate.acquire_many(1000).await.unwrap()
    }
}

impl Lookup for Servers {
    fn lookup<'a>(&'a self, name: &'a str) -> LookupFuture<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(name.to_owned());
            let _passed = self.gate.acquire().await.unwrap();
            let not_found = Err(DnsError::NotFound { name: name.to_owned() });
            self.answers.lock().unwrap().get(name).cloned().unwrap_or(not_found)
        })
    }
}

fn unavailable(name: &str) -> DnsError {
    DnsError::Unavailable { name: name.to_owned(), reason: "nobody answers".to_owned() }
}

fn not_found(name: &str) -> DnsError {
    DnsError::NotFound { name: name.to_owned() }
}

fn texts(addresses: Arc<[IpAddr]>) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// A resolver with its clock and its name servers.
fn resolver(settings: Settings) -> (Resolver, Hand, Servers) {
    let (clock, servers) = (Hand::default(), Servers::new());
    let resolver = Resolver::with_clock(servers.clone(), settings, Handle::current(), clock.clone());
    (resolver, clock, servers)
}

/// Lets everything that runs in the background come to where it waits.
async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_literal_address_is_its_own_answer() {
    let (resolver, _, servers) = resolver(Settings::default());
    for (name, address) in [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("[::1]", "::1")] {
        assert_eq!(resolver.cached(name).map(texts), Some(vec![address.to_owned()]));
        assert_eq!(resolver.lookup(name).await.map(texts), Ok(vec![address.to_owned()]));
    }
    assert_eq!(servers.asked(), [""; 0]);
}

#[tokio::test]
async fn a_name_is_asked_for_once_while_its_answer_is_good() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1", "192.0.2.2"], 60);
    assert_eq!(resolver.cached("a.test"), None);
    assert_eq!(resolver.lookup("a.test").await.map(texts), Ok(vec!["192.0.2.1".to_owned(), "192.0.2.2".to_owned()]));
    clock.advance(59);
    assert_eq!(resolver.cached("a.test").map(|list| list.len()), Some(2));
    assert!(resolver.lookup("a.test").await.is_ok());
    settle().await;
    assert_eq!(servers.asked(), ["a.test"]);
}

#[tokio::test]
async fn an_old_answer_is_given_at_once_and_fetched_again_behind_it() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 60);
    let first = resolver.lookup("a.test").await.unwrap();
    servers.say("a.test", &["192.0.2.9"], 60);
    servers.asked();
    clock.advance(60);
    let held = servers.hold().await;
    for _ in 0..3 {
        assert_eq!(resolver.cached("a.test").as_ref(), Some(&first));
        assert_eq!(resolver.lookup("a.test").await.as_ref(), Ok(&first));
        settle().await;
    }
    assert_eq!(servers.asked(), ["a.test"], "one refresh at a time");
    drop(held);
    settle().await;
    assert_eq!(resolver.cached("a.test").map(texts), Some(vec!["192.0.2.9".to_owned()]));
    clock.advance(60);
    resolver.cached("a.test");
    settle().await;
    assert_eq!(servers.asked(), ["a.test"], "and the next one when it is old again");
}

#[tokio::test]
async fn an_answer_that_has_not_changed_stays_the_same_object() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 60);
    let first = resolver.lookup("a.test").await.unwrap();
    clock.advance(61);
    resolver.cached("a.test");
    settle().await;
    assert_eq!(servers.asked().len(), 2);
    assert!(Arc::ptr_eq(&first, &resolver.cached("a.test").unwrap()));
}

#[tokio::test]
async fn old_addresses_outlive_silent_name_servers_but_not_for_ever() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 60);
    assert!(resolver.lookup("a.test").await.is_ok());
    servers.fail("a.test");
    servers.asked();
    clock.advance(60);
    for _ in 0..3 {
        assert!(resolver.cached("a.test").is_some());
        settle().await;
    }
    assert_eq!(servers.asked(), ["a.test"], "a failed refresh is not repeated at once");
    clock.advance(1);
    assert!(resolver.cached("a.test").is_some());
    settle().await;
    assert_eq!(servers.asked(), ["a.test"], "but after a second");
    clock.advance(3600);
    assert_eq!(resolver.cached("a.test"), None);
    assert_eq!(resolver.lookup("a.test").await, Err(unavailable("a.test")));
}

#[tokio::test]
async fn a_name_that_ceases_to_exist_is_no_longer_used() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 60);
    assert!(resolver.lookup("a.test").await.is_ok());
    servers.answers.lock().unwrap().clear();
    clock.advance(60);
    assert!(resolver.cached("a.test").is_some());
    settle().await;
    assert_eq!(resolver.cached("a.test"), None);
    assert_eq!(resolver.lookup("a.test").await, Err(not_found("a.test")));
}

#[tokio::test]
async fn failures_are_remembered_for_a_short_time() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.fail("down.test");
    servers.say("empty.test", &[], 60);
    for (name, error, ttl) in [
        ("none.test", not_found("none.test"), 30),
        ("empty.test", not_found("empty.test"), 30),
        ("down.test", unavailable("down.test"), 1),
    ] {
        assert_eq!(resolver.lookup(name).await.as_ref(), Err(&error));
        clock.advance(ttl - 1);
        assert_eq!(resolver.lookup(name).await.as_ref(), Err(&error));
        assert_eq!(servers.asked(), [name]);
        clock.advance(1);
        assert_eq!(resolver.lookup(name).await.as_ref(), Err(&error));
        assert_eq!(servers.asked(), [name]);
    }
}

#[tokio::test]
async fn however_many_wait_a_name_is_asked_for_once() {
    let (resolver, _, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 60);
    let held = servers.hold().await;
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let resolver = resolver.clone();
            tokio::spawn(async move { resolver.lookup("a.test").await })
        })
        .collect();
    settle().await;
    drop(held);
    for task in waiting {
        assert_eq!(task.await.unwrap().map(texts), Ok(vec!["192.0.2.1".to_owned()]));
    }
    assert_eq!(servers.asked(), ["a.test"]);
}

#[tokio::test]
async fn times_can_be_set() {
    let settings =
        Settings { valid_ttl: Some(Duration::from_secs(5)), stale_ttl: Duration::from_secs(2), ..Settings::default() };
    let (resolver, clock, servers) = resolver(settings);
    servers.say("a.test", &["192.0.2.1"], 3600);
    assert!(resolver.lookup("a.test").await.is_ok());
    clock.advance(6);
    assert!(resolver.cached("a.test").is_some());
    clock.advance(1);
    assert_eq!(resolver.cached("a.test"), None);
}

#[tokio::test]
async fn a_time_to_live_of_zero_asks_once_a_second() {
    let (resolver, clock, servers) = resolver(Settings::default());
    servers.say("a.test", &["192.0.2.1"], 0);
    assert!(resolver.lookup("a.test").await.is_ok());
    assert!(resolver.lookup("a.test").await.is_ok());
    settle().await;
    assert_eq!(servers.asked().len(), 1);
    clock.advance(1);
    assert!(resolver.lookup("a.test").await.is_ok());
    settle().await;
    assert_eq!(servers.asked().len(), 1);
}

#[tokio::test]
async fn no_more_names_are_remembered_than_allowed() {
    let (resolver, _, servers) = resolver(Settings { capacity: 64, ..Settings::default() });
    let names: Vec<_> = (0..500).map(|n| format!("n{n}.test")).collect();
    for name in &names {
        servers.say(name, &["192.0.2.1"], 60);
        assert!(resolver.lookup(name).await.is_ok());
        assert!(resolver.cached(name).is_some(), "the newest is remembered");
    }
    let remembered = names.iter().filter(|name| resolver.cached(name).is_some()).count();
    assert!((1..=64).contains(&remembered), "{remembered}");
}

#[test]
fn a_worker_waits_for_the_side_runtime_and_survives_its_end() {
    let side = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let worker = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let servers = Servers::new();
    servers.say("a.test", &["192.0.2.1"], 60);
    let clock = Hand::default();
    let resolver = Resolver::with_clock(servers.clone(), Settings::default(), side.handle().clone(), clock.clone());
    assert!(worker.block_on(resolver.lookup("a.test")).is_ok());
    drop(side);
    // What is known is still given; what is not cannot be asked for.
    clock.advance(100);
    assert!(resolver.cached("a.test").is_some());
    let error = worker.block_on(resolver.lookup("b.test")).unwrap_err();
    assert_eq!(error.to_string(), "cannot resolve `b.test`: the lookup was given up");
}
