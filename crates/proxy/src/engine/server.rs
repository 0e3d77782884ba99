//! The gateway as a server: one client connection, request after request.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use gibbon_plugin_api::{RequestHead, ResponseHead};
use http::Version;
use tokio::net::TcpStream;

use crate::engine::arrival::{self, Arrived, Ends, Protocol};
use crate::engine::body::{BodySource, ResponseBody};
use crate::engine::client_wire::{ClientWire, Expectation, NextHead};
use crate::engine::framing;
use crate::engine::head::BadHead;
use crate::engine::http2;
use crate::engine::outgoing::{Coding, Outgoing, Then};
use crate::engine::progress::Progress;
use crate::engine::upstream_body::Protocol as Switched;
use crate::engine::write::{Afterwards, answer_head, says_close};
use crate::http::arrival::{Arrival, ArrivingBody};
use crate::http::client::{Client, ConnectionOrigin};
use crate::http::request;
use crate::http::survey::{Persistence, Survey};
use crate::http::tail::Tail;
use crate::http::tunnel;
use crate::listen::Serves;
use crate::settings::Settings;
use crate::worker::Worker;

/// Serves one connection until it ends.
pub(crate) async fn serve(worker: Rc<Worker>, stream: TcpStream, peer: SocketAddr, door: Door) {
    let _ = stream.set_nodelay(true);
    let progress = Progress::new(Rc::clone(worker.wheel.clock()));
    let registration = worker.connections.register(&progress, &worker.counters);
    let mut conversation = pin!(converse(&worker, stream, peer, door, registration.serial, &progress));
    poll_fn(|cx| {
        if progress.expired() {
            return Poll::Ready(());
        }
        progress.register(cx);
        conversation.as_mut().poll(cx)
    })
    .await;
}

/// Where a connection came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    pub(crate) serves: Serves,
}

async fn converse(
    worker: &Rc<Worker>,
    stream: TcpStream,
    peer: SocketAddr,
    door: Door,
    serial: u64,
    progress: &Rc<Progress>,
) {
    let settings = worker.settings();
    // A listener for all addresses does not know at which of them a connection has arrived.
    let is_everywhere = door.address.ip().is_unspecified();
    let local = if is_everywhere { stream.local_addr().unwrap_or(door.address) } else { door.address };
    let arrived = if door.serves == Serves::default() {
        arrival::plain(stream)
    } else {
        // What few connections need must not be room that all of them take.
        let Some(arrived) =
            Box::pin(arrival::arrive(stream, door.serves, worker, &settings, Ends { peer, local })).await
        else {
            return;
        };
        arrived
    };
    let Arrived { transport, announced, protocol, sni, tls } = arrived;
    let origin = ConnectionOrigin { peer, announced, local, serial, sni, tls };
    let client = Client::new(&settings, origin, Rc::clone(progress));
    if protocol == Protocol::Http2 {
        return Box::pin(http2::hold(worker, client, transport)).await;
    }
    let wire = Rc::new(ClientWire::new(transport, Rc::clone(progress)));
    let conversation = Conversation { worker, client: &client, wire, out: Outgoing::default() };
    match protocol {
        Protocol::Http1 | Protocol::Http2 => conversation.hold().await,
        Protocol::NotTls => conversation.send_away(BadHead::NotTls).await,
    }
}

/// What becomes of a connection after an exchange.
enum Next {
    /// Another request may come.
    Request,
    /// It ends now; what could not be sent is lost.
    End,
    /// It ends once the client has had the time to see the answer.
    Linger,
    /// It carries something else.
    Tunnel(Box<Switched>),
}

struct Conversation<'c> {
    worker: &'c Rc<Worker>,
    client: &'c Client,
    wire: Rc<ClientWire>,
    out: Outgoing,
}

impl Conversation<'_> {
    async fn hold(mut self) {
        loop {
            let next = match self.next_head().await {
                NextHead::Head(head) => self.serve(head).await,
                NextHead::Bad(bad) => self.refuse(bad).await,
                NextHead::Gone => Next::End,
            };
            match next {
                Next::Request => self.begin_anew(),
                Next::Tunnel(protocol) => return self.tunnel(*protocol).await,
                last => return self.end(last).await,
            }
        }
    }

    /// Answers what cannot be read, and ends.
    async fn send_away(mut self, bad: BadHead) {
        let next = self.refuse(bad).await;
        self.end(next).await;
    }

    async fn end(&self, next: Next) {
        if let Next::Linger = next {
            self.client.progress.linger();
            return poll_fn(|cx| self.wire.poll_linger(cx)).await;
        }
        poll_fn(|cx| self.wire.poll_close(cx)).await;
    }

    /// What was sent ahead has begun the next head already.
    fn begin_anew(&self) {
        self.client.progress.end_request();
        if !self.wire.is_idle() {
            self.client.progress.received();
        }
    }

    /// Waits for a head. A connection on which nothing has begun ends when the worker drains.
    async fn next_head(&mut self) -> NextHead {
        let settings = self.worker.settings();
        let limits = settings.head_limits();
        poll_fn(|cx| {
            let next = self.wire.poll_head(cx, limits);
            if next.is_pending() && self.wire.is_idle() && self.worker.lets_idle_go() {
                return Poll::Ready(NextHead::Gone);
            }
            if next.is_pending() && self.client.progress.is_long_idle() {
                self.wire.shrink();
                self.out.shrink();
            }
            next
        })
        .await
    }

    async fn serve(&mut self, head: Box<RequestHead>) -> Next {
        self.client.progress.begin_request();
        let survey = Survey::of(&head.headers);
        let version = head.version;
        let framing = framing::of_request(&head, survey);
        let body = framing.as_ref().map_err(|ambiguous| *ambiguous).map(|body| match body.left() {
            Some(0) => ArrivingBody::None,
            Some(length) => ArrivingBody::Length(length),
            None => ArrivingBody::Unknown,
        });
        if let Ok(body) = framing {
            let waits = survey.expects_to_go_on && version == Version::HTTP_11;
            self.wire.begin_body(body, if waits { Expectation::GoOn } else { Expectation::Nothing });
        }
        let arrival = Arrival { head, survey, body };
        let answer = {
            let source = BodySource::Http1(Rc::clone(&self.wire));
            let mut handling = pin!(request::handle(self.worker, self.client, source, arrival));
            poll_fn(|cx| match handling.as_mut().poll(cx) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending => self.wire.poll_gone(cx).map(|()| None),
            })
            .await
        };
        let Some((head, body, tail)) = answer else { return Next::End };
        let wish = Wish { version, persistence: survey.persistence };
        self.answer(wish, head, body, tail).await
    }

    /// Answers what is no request.
    async fn refuse(&mut self, bad: BadHead) -> Next {
        self.client.progress.begin_request();
        let (head, body, tail) = request::refuse(self.worker, self.client, self.wire.first_line(), bad);
        let wish = Wish { version: Version::HTTP_11, persistence: Persistence::Close };
        self.answer(wish, head, body, tail).await
    }

    async fn answer(&mut self, wish: Wish, head: ResponseHead, body: ResponseBody, tail: Tail) -> Next {
        let is_refused = says_close(&head);
        let is_switch = matches!(body, ResponseBody::Switched(_));
        let coding = match body.length() {
            Some(_) => Coding::Plain,
            None if wish.version == Version::HTTP_11 => Coding::Chunked,
            None => Coding::Plain,
        };
        let ends_by_closing = body.length().is_none() && coding == Coding::Plain;
        let afterwards = if is_switch {
            Afterwards::Switch
        } else if ends_by_closing || is_refused || !self.may_stay(wish, &body) {
            Afterwards::Close
        } else {
            Afterwards::Stay
        };
        self.worker.write_date(|date| {
            answer_head(self.out.bytes(), &head, wish.version, coding, afterwards, date);
        });
        drop(head);
        let Some(body) = self.send(body, coding, tail).await else { return Next::End };
        match (body, afterwards) {
            (ResponseBody::Switched(protocol), _) => Next::Tunnel(protocol),
            _ if is_refused || (!self.wire.body_is_over() && !self.wire.discard_body()) => Next::Linger,
            (_, Afterwards::Close) => Next::End,
            _ => Next::Request,
        }
    }

    /// Whether the connection can carry another request: the client wants it, the gateway too, and nothing is in the
    /// way.
    fn may_stay(&self, wish: Wish, body: &ResponseBody) -> bool {
        let settings: &Settings = &self.worker.settings();
        let wanted = match wish.persistence {
            Persistence::Close => false,
            Persistence::KeepAlive => true,
            Persistence::Unsaid => wish.version == Version::HTTP_11,
        };
        // While the upstream answers it may still be taking the request's body.
        let is_read = self.wire.body_is_over() || body.is_of_upstream() || self.wire.discard_body();
        let limits = &settings.limits;
        let has_time =
            !limits.idle.is_zero() && self.client.connection.requests.get() < limits.connection_requests.into();
        wanted && is_read && has_time && !self.worker.is_draining()
    }

    /// Sends the head that has been written, and the body behind it; the body, unless the client has left or only a
    /// part of the body could be had.
    async fn send(&mut self, mut body: ResponseBody, coding: Coding, mut tail: Tail) -> Option<ResponseBody> {
        let mut then = if body.length() == Some(0) { Then::End } else { Then::More };
        let sent = poll_fn(|cx| {
            loop {
                let mut waits = false;
                if matches!(then, Then::More) {
                    match self.out.poll_load(cx, &mut body, coding) {
                        Poll::Ready(loaded) => {
                            tail.sent(loaded.length as u64);
                            then = loaded.then;
                        }
                        Poll::Pending => waits = true,
                    }
                }
                match (self.wire.poll_send(&mut self.out, cx), &then) {
                    (Poll::Pending, _) => return self.poll_left(cx),
                    (Poll::Ready(Err(_)), _) => return Poll::Ready(Sent::InVain),
                    (Poll::Ready(Ok(())), Then::End) => return Poll::Ready(Sent::Whole),
                    (Poll::Ready(Ok(())), Then::Broken(error)) => {
                        tracing::error!(%error, "an answer broke off");
                        return Poll::Ready(Sent::InVain);
                    }
                    (Poll::Ready(Ok(())), Then::More) if waits => return self.poll_left(cx),
                    (Poll::Ready(Ok(())), Then::More) => {}
                }
            }
        })
        .await;
        (sent == Sent::Whole).then_some(body)
    }

    /// Over when the client has left while there is nothing else to do.
    fn poll_left(&self, cx: &mut Context<'_>) -> Poll<Sent> {
        self.wire.poll_gone(cx).map(|()| Sent::InVain)
    }

    async fn tunnel(self, protocol: Switched) {
        self.client.progress.become_tunnel();
        // Nobody else holds the wire any more: the exchange that led here is over.
        if let Ok(wire) = Rc::try_unwrap(self.wire) {
            tunnel::run(wire.into_parts(), protocol.connection.into_parts(), protocol.patience).await;
        }
    }
}

/// What has become of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Whole,
    /// The client has left, or sees that the answer breaks off.
    InVain,
}

/// What a request says about how it is answered.
#[derive(Debug, Clone, Copy)]
struct Wish {
    version: Version,
    persistence: Persistence,
}
