//! The plugins of a request, one after the other.

use std::future::Future;
use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use gibbon_entities::Protocol;
use gibbon_plugin_api::{
    Activity, Announced, BodyLimit, Captures, Carried, EVERYWHERE, Flow, Identity, LogValues, Phases, Reply, RequestCx,
    Resume, Scheme,
};
use gibbon_runtime::{Instance, Plan, RouteEntry, Snapshot};
use gibbon_traffic::Reason;
use uuid::Uuid;

use crate::engine::body::RequestBody;
use crate::http::arrival::ArrivingBody;
use crate::http::chain::Chain;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::routing::{Matched, PathCaptures};

/// The answer of a plugin, which need be no refusal.
struct OwnReply {
    reply: Box<Reply>,
    by: &'static str,
}

impl Exchange<'_> {
    /// Lets the plugins of its route have their turns, and takes over what they leave.
    pub(super) async fn access<'s>(
        &mut self,
        matched: &Matched<'s>,
        path: &str,
        snapshot: &Snapshot,
        chain: &mut Chain<'s>,
    ) -> Result<(), ProxyError> {
        let entry = matched.entry;
        if entry.plan.steps.is_empty() {
            chain.close();
            return Ok(());
        }
        let captures = PathCaptures::new(matched.found, path);
        let mut cx = self.cx(entry, path, &captures, snapshot);
        let outcome = run(&entry.plan, &mut cx, chain).await;
        let RequestCx { body, body_limit, identity, log_values, refusal, .. } = cx;
        self.identity = identity;
        self.log_values = log_values;
        chain.close();
        if chain.looks_back() {
            self.keep_names(entry);
        }
        outcome.map_err(|OwnReply { reply, by }| ProxyError::Reply(reply, Reason { by, code: refusal }))?;
        self.take_over_body(body, body_limit);
        Ok(())
    }

    /// What the plugins see of it.
    fn cx<'c>(
        &'c mut self,
        entry: &'c RouteEntry,
        path: &'c str,
        captures: &'c dyn Captures,
        snapshot: &'c Snapshot,
    ) -> RequestCx<'c> {
        let announced = self.announced();
        let client_ip = self.client_ip();
        RequestCx {
            request_id: self.id.as_str(),
            started: self.started,
            client_ip,
            head: &mut self.head,
            path,
            body: held(&self.body),
            announced,
            body_limit: None,
            connection: &self.client.connection,
            instance: Uuid::nil(),
            scope: &EVERYWHERE,
            captures,
            route: Some(&entry.route),
            service: entry.service.as_deref().map(|origin| &*origin.service),
            now: unix_now(),
            identity: Identity::default(),
            carried: Carried::default(),
            log_values: LogValues::default(),
            refusal: "",
            shared: &self.shared,
            directory: snapshot,
            worker: &self.worker.locals,
            side: &self.worker.shared.side,
        }
    }

    /// What is known of the body's length before it has come.
    fn announced(&self) -> Announced {
        let length = match (&self.body, self.arriving) {
            (RequestBody::Whole(bytes), _) => Some(bytes.len() as u64),
            (_, Ok(ArrivingBody::Length(length))) => Some(length),
            (_, Ok(ArrivingBody::Unknown)) => None,
            (_, Ok(ArrivingBody::None) | Err(_)) => Some(0),
        };
        Announced { length, waits: self.survey.expects_to_go_on }
    }

    /// The body that plugins have left, and their bound on one that has yet to come.
    fn take_over_body(&mut self, left: Option<Bytes>, limit: Option<BodyLimit>) {
        if let (RequestBody::Whole(_) | RequestBody::Empty, Some(edited)) = (&self.body, left) {
            self.body = RequestBody::Whole(edited);
        }
        if let Some(limit) = limit
            && self.body.limit(limit.bytes)
        {
            self.oversize = Some(Box::new(limit.reply));
        }
    }
}

/// The body, where it is in memory.
fn held(body: &RequestBody) -> Option<Bytes> {
    match body {
        RequestBody::Whole(bytes) => Some(bytes.clone()),
        RequestBody::Empty | RequestBody::Stream(_) | RequestBody::Resumed(_) => None,
    }
}

/// Seconds since 1970 UTC.
fn unix_now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs().cast_signed())
}

/// Runs the plan until a plugin answers or all have had their turn. Those that have something to do with the answer are
/// noted in `chain`, also where their turn does not come.
async fn run<'r, 's: 'r>(plan: &'s Plan, cx: &mut RequestCx<'r>, chain: &mut Chain<'s>) -> Result<(), OwnReply> {
    let protocol = match cx
        .route
        .is_some_and(|route| route.protocols.contains(Protocol::Grpc) || route.protocols.contains(Protocol::Grpcs))
    {
        true => grpc_protocol(cx.connection.scheme),
        false => protocol(cx.connection.scheme),
    };
    let mut outcome = Ok(());
    for step in &plan.steps {
        // Whose the request is may have been found out by the plugin before.
        let consumer = cx.identity.consumer.as_ref().map(|consumer| consumer.id);
        let Some(instance) = step.select(consumer, protocol) else { continue };
        if outcome.is_ok() && instance.phases.contains(Phases::ACCESS) {
            cx.instance = instance.id;
            cx.scope = &instance.scope;
            let begun = chain.begin();
            outcome = access(instance, cx).await.map_err(|reply| OwnReply { reply, by: step.plugin.name });
            chain.end(Activity::Access(step.plugin.name), begun);
        }
        chain.note(step.plugin.name, instance, &mut cx.carried);
    }
    outcome
}

/// How requests of a scheme are called where instances name the protocols that they run for.
pub(crate) fn protocol(scheme: Scheme) -> Protocol {
    match scheme {
        Scheme::Http => Protocol::Http,
        Scheme::Https => Protocol::Https,
    }
}

/// The same for calls of gRPC.
fn grpc_protocol(scheme: Scheme) -> Protocol {
    match scheme {
        Scheme::Http => Protocol::Grpc,
        Scheme::Https => Protocol::Grpcs,
    }
}

async fn access(instance: &Instance, cx: &mut RequestCx<'_>) -> Result<(), Box<Reply>> {
    let mut flow = instance.handler.access(cx);
    loop {
        match flow {
            Flow::Continue => return Ok(()),
            Flow::Respond(reply) => return Err(reply),
            Flow::Wait(waiting) => flow = resume(waiting, cx).await,
        }
    }
}

async fn resume(waiting: Pin<Box<dyn Future<Output = Resume>>>, cx: &mut RequestCx<'_>) -> Flow {
    let then = waiting.await;
    then(cx)
}
