//! What the plugin does to a request: it finds out by a cookie whose the request is, and gives one to clients that have
//! proved it in another way.

use std::sync::Arc;

use gibbon_entities::Consumer;
use gibbon_plugin_api::{
    BodyNeed, ConfigureError, Credential, Edit, FieldText, Flow, Handler, Identity, KnownName, Phases, Reply,
    ReplyBody, RequestCx, RequestHead, ResponseCx, Settings,
};
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use super::config::Config;
use super::opened::{Content, Freshness, Kind, Session, open};
use super::saved::Keeper;
use super::seal::Sealer;
use super::shelf::Shelf;
use super::stored::KIND;
use super::times::{Due, Times};

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let config = Config::read(config)?;
    let sealer = Sealer::new(&config.secret);
    Ok(Box::new(SessionHandler { config, sealer, shelf: Shelf::of(&settings.node) }))
}

struct SessionHandler {
    config: Config,
    sealer: Sealer,
    shelf: Option<Shelf>,
}

/// What is kept of a request until there is an answer.
struct Pending {
    now: i64,
    /// How many cookies the client has sent of each of the two.
    sent: Sent,
    /// Whom the session of the request is of: consumer and credential.
    known: Option<(Uuid, Uuid)>,
    /// What the answer is to carry in any case.
    lines: Vec<(HeaderName, HeaderValue)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sent {
    session: usize,
    remember: usize,
}

impl Handler for SessionHandler {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        for fact in &self.config.request_facts {
            cx.head.headers.remove(fact.header());
        }
        let sent = Sent {
            session: self.config.session.jar.count(cx),
            remember: self.config.remember.as_ref().map_or(0, |remember| remember.jar.count(cx)),
        };
        let mut pending = Pending { now: cx.now, sent, known: None, lines: Vec::new() };
        let found = if sent.session + sent.remember == 0 { None } else { open(&self.config, &self.sealer, cx) };
        let flow = match found {
            None => Flow::Continue,
            Some(session) if self.config.logout.is_said(cx) => {
                pending.lines = self.forgetting(sent);
                self.end(&session, |ended| Flow::respond(if ended { nothing() } else { failed() }))
            }
            Some(session) => match cx.consumer(session.content.consumer) {
                Some(consumer) => self.resume(cx, session, consumer, &mut pending),
                // Whose it was is no more.
                None => {
                    pending.lines = self.forgetting(sent);
                    self.end(&session, |_| Flow::Continue)
                }
            },
        };
        cx.carried.put(pending);
        flow
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let Some(mut pending) = cx.carried.take::<Pending>() else { return };
        if let Some(content) = self.content_of(cx.identity)
            && pending.known != Some((content.consumer, content.credential))
        {
            pending.lines = self.begin(content, Times::beginning(pending.now), Kind::Session, &pending);
        }
        for (name, value) in pending.lines {
            if name == SET_COOKIE {
                cx.head.headers.append(name, value);
            } else {
                cx.head.headers.set(name, value);
            }
        }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }

    fn body_need(&self) -> BodyNeed {
        if self.config.logout.body_member.is_some() { BodyNeed::Depends } else { BodyNeed::Stream }
    }

    fn wants_body(&self, head: &RequestHead) -> bool {
        self.config.logout.wants_body(head)
    }
}

impl SessionHandler {
    /// The request is from the consumer of its session; whatever else may be needed is not asked for by plugins that have
    /// an anonymous consumer.
    fn resume(&self, cx: &mut RequestCx<'_>, session: Session, consumer: Arc<Consumer>, pending: &mut Pending) -> Flow {
        let Content { credential, groups, .. } = session.content.clone();
        cx.authenticate(consumer, Some(Credential { id: credential, identifier: credential.to_string().into() }));
        let names = groups.as_deref().map(|groups| groups.join(", "));
        match names.as_deref().and_then(FieldText::new) {
            Some(names) => cx.head.headers.set(KnownName::XAuthenticatedGroups, names),
            None => drop(cx.head.headers.remove(KnownName::XAuthenticatedGroups)),
        }
        cx.identity.groups = groups.map(Arc::from);
        pending.known = Some((session.content.consumer, session.content.credential));
        let session = self.kept_alive(session, pending);
        let limits = self.config.session.limits;
        for fact in &self.config.request_facts {
            if let Some(value) = fact.value(&session, limits, pending.now) {
                cx.head.headers.set(fact.header(), value);
            }
        }
        Flow::Continue
    }

    /// The session that the client has from here on: the same one, the same one that was used now, or another.
    fn kept_alive(&self, session: Session, pending: &mut Pending) -> Session {
        let now = pending.now;
        let is_stale = session.row.is_some_and(|row| row.freshness == Freshness::Stale);
        let due = match session.kind {
            Kind::Remember => Due::Renewal,
            // It was replaced a moment ago, and its client knows.
            Kind::Session if is_stale => Due::Nothing,
            Kind::Session => self.config.session.limits.due(session.times, now),
        };
        let keeper = self.keeper(now);
        match (due, session.kind) {
            (Due::Renewal, Kind::Session) => {
                let begun = keeper.begin(
                    Kind::Session,
                    session.content.clone(),
                    session.times.renewed(now),
                    pending.sent.session,
                );
                let Ok((renewed, cookies)) = begun.inspect_err(|error| tracing::warn!("{error}")) else {
                    return session;
                };
                keeper.replace(&session);
                pending.lines = self.lines(&renewed, cookies, now);
                renewed
            }
            (Due::Renewal, Kind::Remember) => {
                pending.lines = self.begin(session.content.clone(), Times::beginning(now), Kind::Remember, pending);
                if let Some(lines) = self.remembered(&session, pending) {
                    pending.lines.extend(lines);
                }
                session
            }
            (Due::Touch, _) => {
                let touched = Session { times: session.times.touched(now), ..session };
                let cookies = keeper.cookies(&touched, pending.sent.session).unwrap_or_default();
                pending.lines = self.lines(&touched, cookies, now);
                touched
            }
            (Due::Nothing, _) => {
                pending.lines = self.lines(&session, Vec::new(), now);
                session
            }
        }
    }

    /// A new session, and what its client is to be remembered by, unless that is what the new session comes from.
    fn begin(&self, content: Content, times: Times, from: Kind, pending: &Pending) -> Vec<(HeaderName, HeaderValue)> {
        let keeper = self.keeper(pending.now);
        let (session, mut cookies) = match keeper.begin(Kind::Session, content.clone(), times, pending.sent.session) {
            Ok(begun) => begun,
            Err(error) => {
                tracing::error!("a session does not begin: {error}");
                return Vec::new();
            }
        };
        if from == Kind::Session && self.config.remember.is_some() {
            match keeper.begin(Kind::Remember, content, times, pending.sent.remember) {
                Ok((_, remembered)) => cookies.extend(remembered),
                Err(error) => tracing::error!("a client is not remembered: {error}"),
            }
        }
        self.lines(&session, cookies, pending.now)
    }

    /// What a client is remembered by is used once: there is another in its place.
    fn remembered(&self, session: &Session, pending: &Pending) -> Option<Vec<(HeaderName, HeaderValue)>> {
        let keeper = self.keeper(pending.now);
        let times = session.times.renewed(pending.now);
        let begun = keeper.begin(Kind::Remember, session.content.clone(), times, pending.sent.remember);
        let (_, cookies) = begun.inspect_err(|error| tracing::warn!("{error}")).ok()?;
        keeper.replace(session);
        Some(cookies.into_iter().map(|line| (SET_COOKIE, line)).collect())
    }

    /// What an answer tells of a session.
    fn lines(&self, session: &Session, cookies: Vec<HeaderValue>, now: i64) -> Vec<(HeaderName, HeaderValue)> {
        let limits = self.config.session.limits;
        let told = self.config.response_facts.iter();
        let told = told.filter_map(|fact| Some((fact.header(), fact.value(session, limits, now)?)));
        cookies.into_iter().map(|line| (SET_COOKIE, line)).chain(told).collect()
    }

    /// What makes a browser forget all cookies.
    fn forgetting(&self, sent: Sent) -> Vec<(HeaderName, HeaderValue)> {
        let mut lines = self.config.session.jar.clear(sent.session);
        if let Some(remember) = &self.config.remember {
            lines.extend(remember.jar.clear(sent.remember));
        }
        lines.into_iter().map(|line| (SET_COOKIE, line)).collect()
    }

    /// Ends a session; `then` is told whether it is over. In a cookie it is over for those who forget it.
    fn end(&self, session: &Session, then: impl FnOnce(bool) -> Flow + 'static) -> Flow {
        let (Some(shelf), Some(row)) = (&self.shelf, session.row) else { return then(true) };
        let ending = shelf.write(vec![Edit::Delete { kind: KIND, id: row.id }]);
        Flow::wait(ending, |_, ended| {
            if let Err(error) = &ended {
                tracing::error!("a session does not end: {error}");
            }
            then(ended.is_ok())
        })
    }

    /// What is to be remembered of an identity. Who is no consumer, or has proved nothing, has no session.
    fn content_of(&self, identity: &Identity) -> Option<Content> {
        let (consumer, credential) = (identity.consumer.as_ref()?, identity.credential.as_ref()?);
        let name = consumer.username.as_deref().or(consumer.custom_id.as_deref());
        Some(Content {
            audience: self.config.audience.to_string(),
            subject: name.map_or_else(|| consumer.id.to_string(), str::to_owned),
            consumer: consumer.id,
            credential: credential.id,
            groups: identity.groups.as_deref().map(<[_]>::to_vec),
        })
    }

    fn keeper(&self, now: i64) -> Keeper<'_> {
        Keeper { config: &self.config, sealer: &self.sealer, shelf: self.shelf.as_ref(), now }
    }
}

/// The answer to a client that has logged out.
fn nothing() -> Reply {
    Reply { status: StatusCode::OK, headers: Vec::new(), body: ReplyBody::Empty }
}

/// The answer to one that could not.
fn failed() -> Reply {
    Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")
}
