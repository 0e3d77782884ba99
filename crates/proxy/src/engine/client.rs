//! The gateway as a client of upstreams: connecting, and one exchange on a connection.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use gibbon_plugin_api::ResponseHead;
use http::{Method, StatusCode};

use crate::engine::answer_head::{self, AnswerHead, AnswerVersion, BadAnswer};
use crate::engine::body::{BodyFailure, BodyState, RequestBody};
use crate::engine::body_reader::{BodyReader, ReadFailure};
use crate::engine::dial::{Means, dial};
use crate::engine::framing::{self, Ambiguous};
use crate::engine::input::Input;
use crate::engine::outgoing::{Coding, Outgoing, Then};
use crate::engine::pool::Destination;
use crate::engine::progress::CoarseClock;
use crate::engine::transport::Transport;
use crate::engine::upstream_body::Reuse;
use crate::http::survey::{Count, Persistence, Survey};
use crate::wheel::{Timer, Wheel};

/// The largest head of an answer.
const MAX_HEAD: usize = 64 * 1024;

/// Interim answers beyond these are no answer.
const MAX_INTERIM: u32 = 16;

/// No connection came about; nothing has been sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectFailure {
    #[error("connecting to {address} took longer than {limit:?}")]
    TimedOut { address: SocketAddr, limit: Duration },
    #[error("cannot connect to {address}: {source}")]
    Refused { address: SocketAddr, source: io::Error },
    #[error("no TLS with {address}: {source}")]
    Tls { address: SocketAddr, source: io::Error },
    #[error("no HTTP/2 with {address}: {reason}")]
    Http2 { address: SocketAddr, reason: String },
}

/// An exchange that gave no answer.
#[derive(Debug)]
pub(crate) enum SendFailure {
    /// Nothing of the request has left: it may be sent again whatever it is.
    NotSent,
    /// The connection ended, or what came was no HTTP.
    Broken(BrokenAnswer),
    /// The body of the request cannot be had.
    Body(BodyFailure),
    /// Nothing moved for the service's `read_timeout` or `write_timeout`.
    TimedOut,
}

/// What is wrong with an answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrokenAnswer {
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
    #[error("the upstream ended the connection without an answer")]
    Closed,
    #[error("the upstream does not answer the call: {0}")]
    Http2(h2::Error),
    #[error("the upstream sends one interim answer after the other")]
    Interim,
    #[error("the head of the answer is too large")]
    TooLarge,
    #[error(transparent)]
    Head(#[from] BadAnswer),
    #[error("the answer is ambiguous: {0}")]
    Framing(#[from] Ambiguous),
}

/// How long an upstream may be silent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) write: Duration,
    pub(crate) read: Duration,
}

/// A request's body on its way to an upstream.
pub(crate) struct Asking {
    body: RequestBody,
    coding: Coding,
    step: AskingStep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskingStep {
    /// There is more of the body to come.
    Loading,
    /// All of it is in the buffer of the connection.
    Sending,
    /// All of it has left.
    Done,
    /// The rest of it will never leave.
    Broken,
}

impl Asking {
    pub(crate) fn new(body: RequestBody, coding: Coding) -> Self {
        let step = if matches!(body, RequestBody::Empty) { AskingStep::Sending } else { AskingStep::Loading };
        Self { body, coding, step }
    }

    /// Whether the whole request has left.
    pub(crate) fn is_done(&self) -> bool {
        self.step == AskingStep::Done
    }

    /// The body, for another attempt; of use only where nothing of it has been taken.
    pub(crate) fn into_body(self) -> RequestBody {
        self.body
    }
}

/// The head of an answer, with what follows of it.
pub(crate) struct Answered {
    pub(crate) head: ResponseHead,
    pub(crate) survey: Survey,
    pub(crate) body: BodyReader,
    pub(crate) reuse: Reuse,
}

/// One connection to an upstream.
pub(crate) struct UpstreamConnection {
    stream: Transport,
    input: Input,
    out: Outgoing,
    clock: Rc<CoarseClock>,
    /// When something moved last, by the coarse clock.
    moved: u64,
    write_blocked: bool,
    requests: u32,
    /// Interim answers to the request that it carries.
    interim: u32,
}

impl UpstreamConnection {
    /// Connects; see [`dial`].
    pub(crate) async fn open(
        destination: &mut Destination,
        means: &Means<'_>,
        wheel: &Rc<Wheel>,
    ) -> Result<Self, ConnectFailure> {
        Ok(Self::new(dial(destination, means).await?, wheel))
    }

    /// A connection on which nothing has been sent.
    pub(crate) fn new(stream: Transport, wheel: &Wheel) -> Self {
        let clock = Rc::clone(wheel.clock());
        Self {
            stream,
            input: Input::default(),
            out: Outgoing::default(),
            moved: clock.now(),
            clock,
            write_blocked: false,
            requests: 0,
            interim: 0,
        }
    }

    /// How many requests it has carried.
    pub(crate) fn requests(&self) -> u32 {
        self.requests
    }

    /// An exchange is over, and the next one is to be waited for.
    pub(crate) fn rest(&mut self) {
        self.moved = self.clock.now();
    }

    /// For how long nothing has moved, by the coarse clock.
    pub(crate) fn silence(&self) -> Duration {
        Duration::from_millis(self.clock.now().saturating_sub(self.moved))
    }

    /// Whether more has been received than the answer that was asked for.
    pub(crate) fn has_unread(&self) -> bool {
        !self.input.is_empty()
    }

    /// Whether it waits in silence for a request, as far as is known without asking the system.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.input.is_empty() && self.stream.is_quiet()
    }

    /// The same, after having asked the system: for a request that must not be sent in vain.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.input.is_empty() && self.stream.is_alive()
    }

    /// Where the head of the next request is written.
    pub(crate) fn begin(&mut self) -> &mut Vec<u8> {
        self.out.clear();
        self.out.bytes()
    }

    /// Sends the request whose head has been written and waits for the head of the answer.
    pub(crate) async fn ask(
        &mut self,
        asking: &mut Asking,
        method: &Method,
        patience: Patience,
        state: &BodyState,
        wheel: &Rc<Wheel>,
    ) -> Result<Answered, SendFailure> {
        self.requests = self.requests.saturating_add(1);
        self.interim = 0;
        self.moved = self.clock.now();
        let before = self.out.total();
        let mut timer = Timer::new(wheel, patience.read.min(patience.write));
        let outcome = poll_fn(|cx| {
            if let Err(failure) = self.poll_ask(asking, cx) {
                return Poll::Ready(Err(SendFailure::Body(failure)));
            }
            if let Poll::Ready(outcome) = self.poll_answer(method, cx) {
                return Poll::Ready(outcome.map_err(SendFailure::Broken));
            }
            while timer.poll(cx).is_ready() {
                let left = self.time_left(patience, state);
                if left.is_zero() {
                    return Poll::Ready(Err(SendFailure::TimedOut));
                }
                timer.reset(left);
            }
            Poll::Pending
        })
        .await;
        match outcome {
            Err(SendFailure::Broken(_)) if self.out.total() == before && !state.is_started() => {
                Err(SendFailure::NotSent)
            }
            outcome => outcome,
        }
    }

    /// How long the upstream may still be silent.
    fn time_left(&self, patience: Patience, state: &BodyState) -> Duration {
        let limit = if self.write_blocked { patience.write } else { patience.read };
        // While the client is still sending its body it is the client's time that runs.
        if state.is_started() && !state.is_finished() && !self.write_blocked {
            return limit;
        }
        limit.saturating_sub(self.silence())
    }

    /// Sends on what there is. A connection that takes nothing more may still have an answer to give.
    fn poll_ask(&mut self, asking: &mut Asking, cx: &mut Context<'_>) -> Result<(), BodyFailure> {
        loop {
            let mut waits = false;
            if asking.step == AskingStep::Loading {
                match self.out.poll_load(cx, &mut asking.body, asking.coding).map(|loaded| loaded.then) {
                    Poll::Ready(Then::End) => asking.step = AskingStep::Sending,
                    Poll::Ready(Then::More) => {}
                    Poll::Ready(Then::Broken(failure)) => {
                        asking.step = AskingStep::Broken;
                        return Err(failure);
                    }
                    Poll::Pending => waits = true,
                }
            }
            if matches!(asking.step, AskingStep::Done | AskingStep::Broken) {
                return Ok(());
            }
            let Poll::Ready(sent) = self.poll_send(cx) else { return Ok(()) };
            asking.step = match (sent, asking.step) {
                (Err(_), _) => AskingStep::Broken,
                (Ok(()), AskingStep::Loading) => AskingStep::Loading,
                (Ok(()), _) => AskingStep::Done,
            };
            if waits {
                return Ok(());
            }
        }
    }

    /// Sends on while the answer is being read already.
    pub(crate) fn go_on(&mut self, asking: &mut Asking, cx: &mut Context<'_>) {
        if matches!(asking.step, AskingStep::Loading | AskingStep::Sending) {
            // What the client did wrong shows in that the rest never leaves.
            let _ = self.poll_ask(asking, cx);
        }
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let before = self.out.total();
        let outcome = self.out.poll_send(&mut self.stream, cx);
        self.write_blocked = outcome.is_pending();
        if self.out.total() > before {
            self.moved = self.clock.now();
        }
        outcome
    }

    fn poll_answer(&mut self, method: &Method, cx: &mut Context<'_>) -> Poll<Result<Answered, BrokenAnswer>> {
        loop {
            if let Some(answer) = self.take_head()? {
                if let Some(answered) = judge(answer, method)? {
                    return Poll::Ready(Ok(answered));
                }
                self.interim += 1;
                if self.interim > MAX_INTERIM {
                    return Poll::Ready(Err(BrokenAnswer::Interim));
                }
                continue;
            }
            if self.input.unread().len() > MAX_HEAD {
                return Poll::Ready(Err(BrokenAnswer::TooLarge));
            }
            if ready!(self.input.poll_receive(&mut self.stream, cx))? == 0 {
                return Poll::Ready(Err(BrokenAnswer::Closed));
            }
            self.moved = self.clock.now();
        }
    }

    fn take_head(&mut self) -> Result<Option<AnswerHead>, BadAnswer> {
        if self.input.is_empty() {
            return Ok(None);
        }
        let answer = answer_head::read(self.input.unread())?;
        if let Some(answer) = &answer {
            self.input.consume(answer.length);
        }
        Ok(answer)
    }

    /// Reads more of the answer's body.
    pub(crate) fn poll_body(
        &mut self,
        reader: &mut BodyReader,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ReadFailure>> {
        reader.poll_into(&mut self.stream, &mut self.input, cx, out, room)
    }

    /// Gives memory back that a waiting connection has no use for.
    pub(crate) fn shrink(&mut self) {
        self.input.shrink();
        self.out.shrink();
    }

    /// The socket and what has been received, for what is no HTTP any more.
    pub(crate) fn into_parts(self) -> (Transport, Vec<u8>) {
        (self.stream, self.input.unread().to_vec())
    }
}

/// What an answer is; `None` for an interim one, which is not passed on (RFC 9110 section 15.2).
fn judge(answer: AnswerHead, method: &Method) -> Result<Option<Answered>, Ambiguous> {
    let head = &answer.head;
    if head.status.is_informational() && head.status != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(None);
    }
    let survey = Survey::of(&head.headers);
    let body = framing::of_answer(method, &answer, survey)?;
    let stays = match (survey.persistence, answer.version) {
        (Persistence::Close, _) | (Persistence::Unsaid, AnswerVersion::Http10) => false,
        (Persistence::KeepAlive, _) | (Persistence::Unsaid, AnswerVersion::Http11) => true,
    };
    let has_two_framings = survey.transfer_encoding && survey.lengths != Count::None;
    let is_whole = !has_two_framings && !matches!(body, BodyReader::UntilClose);
    let reuse = if stays && is_whole { Reuse::Allowed } else { Reuse::Forbidden };
    Ok(Some(Answered { head: answer.head, survey, body, reuse }))
}
