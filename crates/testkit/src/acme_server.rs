//! An authority that gives out certificates by itself (RFC 8555), as far as tests need it: accounts, orders, challenges
//! over HTTP, and certificates of a root of its own.

mod orders;
mod signed;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

use crate::message::Received;
use crate::origin::{Action, Origin};
use orders::Order;

/// The common names of the two roots that it has.
pub const ROOT: &str = "First Root";
/// That of the one whose chains are only offered beside the usual ones.
pub const OTHER_ROOT: &str = "Other Root";

/// A server. It ends when dropped.
pub struct AcmeServer {
    origin: Origin,
    state: Arc<State>,
}

struct State {
    root: CertifiedIssuer<'static, KeyPair>,
    other_root: CertifiedIssuer<'static, KeyPair>,
    /// Where it says that it is, where that is not where it was asked.
    base: Mutex<Option<String>>,
    /// Where challenges are looked for, whatever their host.
    port: AtomicU16,
    /// For how many days certificates are valid.
    days: AtomicUsize,
    /// How many more nonces are refused that are good.
    dislikes: AtomicUsize,
    counted: AtomicUsize,
    nonces: Mutex<HashSet<String>>,
    /// The keys of accounts, by their addresses.
    accounts: Mutex<HashMap<String, Value>>,
    /// What was said when accounts were opened.
    opened: Mutex<Vec<Value>>,
    orders: Mutex<Vec<Order>>,
}

impl Default for AcmeServer {
    fn default() -> Self {
        Self::start()
    }
}

impl AcmeServer {
    /// Starts one whose certificates are valid for 90 days.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn start() -> Self {
        let state = Arc::new(State {
            root: root(ROOT),
            other_root: root(OTHER_ROOT),
            base: Mutex::default(),
            port: AtomicU16::new(0),
            days: AtomicUsize::new(90),
            dislikes: AtomicUsize::new(0),
            counted: AtomicUsize::new(0),
            nonces: Mutex::default(),
            accounts: Mutex::default(),
            opened: Mutex::default(),
            orders: Mutex::default(),
        });
        let answering = Arc::clone(&state);
        Self { origin: Origin::start(move |request| answering.answer(request)), state }
    }

    /// Where its directory is.
    pub fn directory(&self) -> String {
        self.origin.url("/directory")
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.origin.port()
    }

    /// Says that it is there, for who stands behind something else.
    pub fn say_base(&self, base: &str) {
        *lock(&self.state.base) = Some(base.to_owned());
    }

    /// Looks there for the answers to challenges.
    pub fn look_at(&self, port: u16) {
        self.state.port.store(port, Ordering::Release);
    }

    /// Makes certificates from now on that are valid for so many days.
    pub fn valid_for(&self, days: usize) {
        self.state.days.store(days, Ordering::Release);
    }

    /// Refuses so many nonces that are good.
    pub fn dislike(&self, nonces: usize) {
        self.state.dislikes.store(nonces, Ordering::Release);
    }

    /// What was said when accounts were opened.
    pub fn opened(&self) -> Vec<Value> {
        lock(&self.state.opened).clone()
    }

    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        lock(&self.state.accounts).len()
    }

    /// The hosts of all orders.
    pub fn ordered(&self) -> Vec<String> {
        lock(&self.state.orders).iter().map(|order| order.host.clone()).collect()
    }

    /// Clients that believe its usual root alone.
    ///
    /// # Panics
    /// Where TLS cannot be spoken.
    pub fn client(&self) -> Arc<ClientConfig> {
        client(&self.state.root)
    }

    /// Those that believe the other one.
    pub fn other_client(&self) -> Arc<ClientConfig> {
        client(&self.state.other_root)
    }
}

fn client(root: &CertifiedIssuer<'static, KeyPair>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).expect("a root can be trusted");
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("the versions are known");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

fn root(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key is made")).expect("a root is made")
}

impl State {
    fn answer(&self, request: &Received) -> Action {
        let said = lock(&self.base).clone();
        let base = said.unwrap_or_else(|| format!("http://{}", request.field("host").unwrap_or_default()));
        match (&*request.method, &*request.target) {
            ("GET", "/directory") => self.json("200 OK", &[], &directory(&base)),
            ("HEAD", "/nonce") => self.json("200 OK", &[], &Value::Null),
            ("POST", _) => match self.verified(request, &base) {
                Ok(signed) => self.posted(&signed, &request.target, &base),
                Err((status, kind)) => self.problem(status, kind),
            },
            _ => self.problem("404 Not Found", "malformed"),
        }
    }

    fn posted(&self, signed: &signed::Signed, target: &str, base: &str) -> Action {
        let (what, number) = target[1..].split_once('/').unwrap_or((&target[1..], "0"));
        let number = number.parse().unwrap_or(usize::MAX);
        match what {
            "account" => self.open_account(signed, base),
            "order" if signed.payload.is_null() => self.show_order(number, base, &[]),
            "order" => self.new_order(signed, base),
            "authorization" => self.show_authorization(number, base),
            "challenge" => self.challenge(number, signed, base),
            "finalize" => self.finalize(number, signed, base),
            "certificate" => self.certificate(number, base),
            "alternate" => self.alternate(number),
            _ => self.problem("404 Not Found", "malformed"),
        }
    }

    fn open_account(&self, signed: &signed::Signed, base: &str) -> Action {
        lock(&self.opened).push(signed.payload.clone());
        if signed.payload["termsOfServiceAgreed"] != true {
            return self.problem("403 Forbidden", "userActionRequired");
        }
        let mut accounts = lock(&self.accounts);
        let known = accounts.iter().find(|(_, key)| **key == signed.key).map(|(url, _)| url.clone());
        let url = known.unwrap_or_else(|| format!("{base}/accounts/{}", accounts.len()));
        accounts.insert(url.clone(), signed.key.clone());
        self.json("201 Created", &[format!("Location: {url}")], &json!({ "status": "valid" }))
    }

    fn nonce(&self) -> String {
        let nonce = format!("nonce-{}", self.counted.fetch_add(1, Ordering::Relaxed));
        lock(&self.nonces).insert(nonce.clone());
        nonce
    }

    fn problem(&self, status: &str, kind: &str) -> Action {
        let number: u16 = status.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0);
        let kind = format!("urn:ietf:params:acme:error:{kind}");
        self.json(status, &[], &json!({ "type": kind, "detail": "a test says no", "status": number }))
    }

    fn json(&self, status: &str, fields: &[String], body: &Value) -> Action {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.text(status, fields, &body)
    }

    fn text(&self, status: &str, fields: &[String], body: &str) -> Action {
        let nonce = format!("Replay-Nonce: {}", self.nonce());
        let fields: Vec<&str> = fields.iter().chain([&nonce]).map(String::as_str).collect();
        Action::answer(status, &fields, body)
    }
}

fn directory(base: &str) -> Value {
    json!({
        "newNonce": format!("{base}/nonce"),
        "newAccount": format!("{base}/account"),
        "newOrder": format!("{base}/order"),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
