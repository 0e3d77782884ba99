//! What the plugin does: it makes a call of gRPC of what a browser sends, and the other way round of the answer.

use bytes::Bytes;
use gibbon_plugin_api::{
    BodyNeed, ConfigureError, Flow, Handler, Headers, Phases, RequestCx, RequestHead, ResponseCx, Settings, Source,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use prost_reflect::{MessageDescriptor, MethodDescriptor};
use serde_json::Value;

use super::body::Answer;
use super::config::{Config, Path};
use super::encoding::{Encoding, Framing, Message, Text, from_base64};
use crate::grpc_proto::call;
use crate::grpc_proto::frame::{are_frames, frame, messages};
use crate::grpc_proto::json::{self, MOST, SHORT};
use crate::media_type::essence;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(GrpcWeb(Config::read(config)?)))
}

struct GrpcWeb(Config);

/// A call that is under way.
struct Call {
    encoding: Encoding,
    /// The content type that it came with, and that the answer has.
    content_type: Option<HeaderValue>,
    /// What the messages of the answer are, where they become JSON.
    output: Option<MessageDescriptor>,
}

/// A request that was no call.
struct NoCall;

impl Handler for GrpcWeb {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        cx.carried.put(NoCall);
        if cx.head.method == Method::OPTIONS {
            return call::preflight("POST", "content-type,x-grpc-web,x-user-agent", "application/grpc-web-text+proto");
        }
        let encoding = encoding(cx.head);
        let method = match self.method(cx, encoding) {
            Ok(method) => method,
            Err(reason) => return call::refused(reason),
        };
        let Some(encoding) = encoding else { return call::refused("unknown content type".to_owned()) };
        if self.0.path == Path::Clients {
            cx.head.set_upstream_path(cx.path);
        }
        let output = method.as_ref().map(MethodDescriptor::output);
        let content_type = cx.head.headers.get_value(CONTENT_TYPE);
        call::mark(cx.head);
        if encoding.message == Message::Json {
            call::decline_compression(cx.head);
        }
        cx.carried.put(Call { encoding, content_type, output });
        let body = cx.body.clone().unwrap_or_default();
        let input = method.map(|method| method.input());
        let make = move || message(&body, encoding, input.as_ref());
        // What is only passed on is no work.
        let is_work = encoding.text == Text::Base64 || encoding.message == Message::Json;
        if !is_work || cx.body.as_ref().is_none_or(|body| body.len() <= SHORT) {
            return send(cx, make());
        }
        match cx.offload(make) {
            Ok(making) => Flow::wait(making, |cx, made| made.map_or_else(|_| call::busy(), |made| send(cx, made))),
            Err(_) => call::busy(),
        }
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let call = cx.carried.take::<Call>();
        if call.is_none() && cx.carried.take::<NoCall>().is_none() {
            return;
        }
        if let Some(origin) = &self.0.allow_origin {
            cx.head.headers.set("Access-Control-Allow-Origin", origin.clone());
        }
        // What the gateway says itself is no call.
        if let Some(call) = call.filter(|_| cx.source == Source::Upstream && call::is_answer(&cx.head.headers)) {
            if let Some(content_type) = call.content_type {
                cx.head.headers.set("Content-Type", content_type);
            }
            cx.filters.push(Box::new(Answer::new(call.encoding, call.output, status(&cx.head.headers))));
        }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }

    fn body_need(&self) -> BodyNeed {
        BodyNeed::Depends
    }

    fn wants_body(&self, head: &RequestHead) -> bool {
        head.method != Method::OPTIONS && encoding(head).is_some()
    }
}

impl GrpcWeb {
    /// The method that is called, where its messages have to be known.
    fn method(&self, cx: &RequestCx<'_>, encoding: Option<Encoding>) -> Result<Option<MethodDescriptor>, String> {
        if encoding.is_some_and(|encoding| encoding.message == Message::Proto) {
            return Ok(None);
        }
        let needed = "transcoding requests require a .proto file defining the service";
        let protos = self.0.protos.as_ref().ok_or_else(|| needed.to_owned())?;
        protos.method(cx.path).map(Some).ok_or_else(|| format!("Unkown path {:?}", cx.path))
    }
}

/// The body that the upstream gets.
fn message(body: &[u8], encoding: Encoding, input: Option<&MessageDescriptor>) -> Result<Vec<u8>, String> {
    let decoded = match encoding.text {
        Text::Plain => body.to_vec(),
        Text::Base64 => from_base64(body).ok_or("the body is no base64")?,
    };
    let no_frames = "the body is no frame";
    match (encoding.framing, input) {
        (Framing::Bare, None) => Ok(decoded),
        (Framing::Bare, Some(input)) => Ok(frame(0, &json::encode_text(&decoded, input)?)),
        (Framing::Frames, None) if are_frames(&decoded) => Ok(decoded),
        (Framing::Frames, None) => Err(no_frames.to_owned()),
        (Framing::Frames, Some(input)) => {
            let mut frames = Vec::new();
            for message in messages(&decoded, MOST).map_err(|_| no_frames)? {
                frames.extend(frame(0, &json::encode_text(message, input)?));
            }
            Ok(frames)
        }
    }
}

/// How a call is written; none where it is no call.
fn encoding(head: &RequestHead) -> Option<Encoding> {
    let content_type = head.headers.get(CONTENT_TYPE)?;
    Encoding::of(essence(std::str::from_utf8(content_type).ok()?))
}

fn send(cx: &mut RequestCx<'_>, made: Result<Vec<u8>, String>) -> Flow {
    match made {
        Ok(body) => {
            cx.body = Some(Bytes::from(body));
            Flow::Continue
        }
        Err(reason) => {
            cx.carried.put(NoCall);
            call::refused(reason)
        }
    }
}

/// What the head of an answer without anything behind it says of the call.
fn status(headers: &Headers) -> Option<(String, String)> {
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
    Some((text("grpc-status")?, text("grpc-message").unwrap_or_default()))
}
