use std::sync::Arc;
use std::time::Duration;

use gibbon_conf::{Conf, GatewayHeaders};
use gibbon_manager::Manager;

use crate::browser::BrowserRules;
use crate::token::TokenGate;

/// Takes whole lines; never waits.
pub type LineSink = Arc<dyn Fn(Vec<u8>) + Send + Sync>;

/// How the Admin API is served.
#[derive(Clone)]
pub struct ServerOptions {
    /// Bytes of a body; `None` when there is no bound.
    pub body_bytes: Option<u64>,
    /// Which headers answers have.
    pub headers: GatewayHeaders,
    /// Which web pages may use it.
    pub browsers: BrowserRules,
    /// The pages that stand before the API; `None` where there is nothing but the API.
    pub(crate) manager: Option<Arc<Manager>>,
    /// Who has to show a token.
    pub(crate) tokens: Arc<TokenGate>,
    /// Where a line goes for each request; `None` where that is off.
    pub access_log: Option<LineSink>,
    /// Where a line goes for each write that is asked for; `None` where that is off.
    pub audit_log: Option<LineSink>,
    /// Connections at the same time; more wait to be accepted.
    pub connections: usize,
    /// How long clients may take.
    pub times: Times,
}

/// How long clients may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For the head of a request, from its first byte or, if it is the first one, from the start of the connection.
    pub head: Duration,
    /// For the next kibibyte of a body.
    pub body: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// To read some of an answer.
    pub send: Duration,
    /// For a request that is on its way over an idle connection when the server goes down.
    pub last_request: Duration,
    /// To end what is under way when the server goes down.
    pub drain: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            body: seconds(10),
            idle: seconds(65),
            send: seconds(60),
            last_request: Duration::from_millis(300),
            drain: seconds(10),
        }
    }
}

/// Connections at the same time, unless told otherwise.
const CONNECTIONS: usize = 1024;

impl ServerOptions {
    /// The options of these settings, on the machine of that name.
    pub fn new(conf: &Conf, hostname: &str, access_log: Option<LineSink>) -> Self {
        Self {
            body_bytes: conf.admin.body_bytes,
            headers: conf.proxy.headers,
            browsers: BrowserRules::new(&conf.admin, hostname).with_manager(&conf.manager),
            manager: None,
            tokens: Arc::new(TokenGate::new(&conf.admin.tokens)),
            access_log,
            audit_log: None,
            connections: CONNECTIONS,
            times: Times::default(),
        }
    }

    /// Who is let in, so that it can be changed while the API is served.
    pub fn tokens(&self) -> Arc<TokenGate> {
        Arc::clone(&self.tokens)
    }

    /// The same for ports that ask nobody for a token.
    #[must_use]
    pub fn without_tokens(self) -> Self {
        Self { tokens: Arc::default(), ..self }
    }

    /// The same for ports on which pages stand before the API, with a log of their own.
    #[must_use]
    pub fn behind(self, manager: Manager, access_log: Option<LineSink>) -> Self {
        Self { manager: Some(Arc::new(manager)), access_log, ..self }
    }

    /// The same with a log of writes.
    #[must_use]
    pub fn audited(self, audit_log: Option<LineSink>) -> Self {
        Self { audit_log, ..self }
    }
}
