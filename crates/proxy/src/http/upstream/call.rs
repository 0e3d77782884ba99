//! Asking an upstream of gRPC: a call in frames, whose body goes beside whatever comes back.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Instant;

use gibbon_entities::Protocol;
use gibbon_plugin_api::{Headers, ResponseHead};
use h2::client::ResponseFuture;
use h2::{Reason, RecvStream};
use http::uri::Scheme;
use http::{HeaderMap, Response};

use crate::engine::body::{BodyState, RequestBody};
use crate::engine::client::BrokenAnswer;
use crate::engine::dial::Means;
use crate::engine::http2::outbound;
use crate::engine::http2::upstream::{Answering, Call, begin};
use crate::engine::pool::Destination;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::http::survey::Survey;
use crate::http::upstream::answer::{Answer, AnswerBody};
use crate::http::upstream::attempt::{note_detour, take_body};
use crate::http::upstream::failed::{Again, Failed};
use crate::http::upstream::head::compose;
use crate::http::upstream::target::Target;
use crate::peers::Peers;
use crate::wheel::Timer;

/// One attempt.
pub(super) async fn try_once(
    exchange: &mut Exchange<'_>,
    mut destination: Destination,
    target: &Target<'_>,
    peers: &Peers<'_>,
) -> Result<Answer, Box<Failed>> {
    let failed = |error: ProxyError, again| Box::new(Failed { error, again });
    let (worker, service) = (exchange.worker, &*target.origin.service);
    let asked = Instant::now();
    exchange.asked.get_or_insert(asked);
    let elsewhere = |address| peers.elsewhere(address);
    let means = Means { limit: service.connect_timeout, tls: &worker.tls, elsewhere: &elsewhere };
    let address = destination.address;
    let place = worker.multiplexed.place(&mut destination, &means).await;
    let place = place.map_err(|error| failed(error.into(), Again::AsRetry))?;
    note_detour(exchange, address, &destination);
    exchange.note_connected();
    let mut head = Vec::new();
    compose(&mut head, exchange, target, peers.host());
    let scheme = if service.protocol == Protocol::Grpcs { Scheme::HTTPS } else { Scheme::HTTP };
    let request = outbound::request(&head, scheme);
    let request = request.map_err(|_| failed(ProxyError::BadRequest("it cannot be sent in frames"), Again::Never))?;
    let (body, spare) = take_body(exchange);
    // A body that streams goes away with the attempt, whether any of it was read or not.
    let can_be_repeated = spare.is_some() || matches!(body, RequestBody::Empty);
    let state = Rc::clone(&exchange.body_state);
    let call = match begin(place, request, body) {
        Ok(call) => call,
        Err(body) => {
            worker.multiplexed.forget(&destination);
            exchange.body = spare.unwrap_or(body);
            return Err(failed(ProxyError::NotTaken, Again::AsRetry));
        }
    };
    let Call { mut answer, pump } = call;
    let outcome = wait(&mut answer, &state, Timer::new(&worker.wheel, service.read_timeout)).await;
    if let Some(spare) = spare {
        exchange.body = spare;
    }
    match outcome {
        Waited::Answer(response) => {
            let (head, stream) = response.into_parts();
            let head = ResponseHead { status: head.status, headers: fields(&head.headers) };
            let survey = Survey::of(&head.headers);
            let body = Answering::new(stream, pump, &worker.wheel, service.read_timeout);
            Ok(Answer { head, survey, body: AnswerBody::Call(Box::new(body)), asked, answered: Instant::now() })
        }
        Waited::Silence => Err(failed(ProxyError::UpstreamSilent(service.read_timeout), Again::Never)),
        Waited::Broken(error) => {
            worker.multiplexed.forget(&destination);
            if let Some(error) = state.failure() {
                return Err(failed(error.into(), Again::Never));
            }
            // What an upstream refuses it has not begun (RFC 9113 section 8.7).
            let is_untouched = error.reason() == Some(Reason::REFUSED_STREAM) && can_be_repeated;
            let again = if is_untouched { Again::AsRetry } else { Again::Never };
            Err(failed(ProxyError::UpstreamBroken(BrokenAnswer::Http2(error)), again))
        }
    }
}

enum Waited {
    Answer(Response<RecvStream>),
    Broken(h2::Error),
    Silence,
}

async fn wait(answer: &mut ResponseFuture, state: &BodyState, mut silence: Timer) -> Waited {
    poll_fn(|cx| match Pin::new(&mut *answer).poll(cx) {
        Poll::Ready(Ok(response)) => Poll::Ready(Waited::Answer(response)),
        Poll::Ready(Err(error)) => Poll::Ready(Waited::Broken(error)),
        Poll::Pending if state.failure().is_some() => Poll::Ready(Waited::Broken(Reason::CANCEL.into())),
        Poll::Pending => silence.poll(cx).map(|()| Waited::Silence),
    })
    .await
}

fn fields(headers: &HeaderMap) -> Headers {
    let mut fields = Headers::default();
    for (name, value) in headers {
        fields.append(name.clone(), value.clone());
    }
    fields
}
