//! What the plugin does: it makes a call of gRPC of a request, and JSON of the answer.

use bytes::Bytes;
use gibbon_plugin_api::{
    BodyNeed, ConfigureError, Flow, Handler, Phases, RequestCx, RequestHead, ResponseCx, Settings, Source,
};
use http::{HeaderValue, Method};
use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::body::Answer;
use super::config;
use super::request::Said;
use super::status;
use crate::grpc_proto::call;
use crate::grpc_proto::json::SHORT;
use crate::grpc_proto::protos::Binding;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(GrpcGateway { bindings: config::read(config)? }))
}

struct GrpcGateway {
    bindings: Option<Vec<Binding>>,
}

/// What a request has become; none where it is no call.
struct Seen(Option<MessageDescriptor>);

impl Handler for GrpcGateway {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        cx.carried.put(Seen(None));
        if cx.head.method == Method::OPTIONS {
            return call::preflight("GET,POST,PATCH,DELETE", "content-type", "application/json");
        }
        let (binding, path) = match self.binding(cx) {
            Ok(found) => found,
            Err(reason) => return call::refused(reason),
        };
        let owned = |text: &str| text.to_owned();
        let said = Said {
            path,
            body_is: binding.body.clone(),
            body: cx.body.clone().unwrap_or_default(),
            query: cx
                .query()
                .map(|argument| (owned(&argument.name), argument.value.as_deref().map_or_else(|| owned("true"), owned)))
                .collect(),
        };
        let (input, output) = (binding.method.input(), binding.method.output());
        let path = format!("/{}/{}", binding.method.parent_service().full_name(), binding.method.name());
        let make = move || said.into_frame(&input);
        if cx.announced.length.is_some_and(|length| length <= SHORT as u64)
            && cx.head.query().is_none_or(|query| query.len() <= SHORT)
        {
            return send(cx, make(), &path, output);
        }
        match cx.offload(make) {
            Ok(making) => Flow::wait(making, move |cx, made| match made {
                Ok(made) => send(cx, made, &path, output),
                Err(_) => call::busy(),
            }),
            Err(_) => call::busy(),
        }
    }

    fn response(&self, cx: &mut ResponseCx<'_>) {
        let Some(Seen(call)) = cx.carried.take() else { return };
        cx.head.headers.set("Access-Control-Allow-Origin", HeaderValue::from_static("*"));
        // What the gateway says itself is no call.
        let Some(output) = call.filter(|_| cx.source == Source::Upstream && call::is_answer(&cx.head.headers)) else {
            return;
        };
        cx.head.headers.set("Content-Type", HeaderValue::from_static("application/json"));
        if let Some(status) = cx.head.headers.get_str("grpc-status") {
            cx.head.status = status::of(status);
        }
        cx.filters.push(Box::new(Answer::new(output)));
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::RESPONSE)
    }

    fn body_need(&self) -> BodyNeed {
        BodyNeed::Depends
    }

    fn wants_body(&self, head: &RequestHead) -> bool {
        head.method != Method::OPTIONS && self.bindings.is_some()
    }
}

/// Fields of a path.
type Fields = Vec<(String, String)>;

impl GrpcGateway {
    /// The method that the request stands for, and what its path says.
    fn binding(&self, cx: &RequestCx<'_>) -> Result<(&Binding, Fields), String> {
        let needed = "transcoding requests require a .proto file defining the service";
        let bindings = self.bindings.as_ref().ok_or_else(|| needed.to_owned())?;
        let (verb, path) = (cx.head.method.as_str(), cx.path);
        if !bindings.iter().any(|binding| *binding.verb == *verb) {
            return Err(format!("failed to transcode .proto file Unknown method {:?}", verb.to_ascii_lowercase()));
        }
        let mut of_verb = bindings.iter().filter(|binding| *binding.verb == *verb);
        let found = of_verb.find_map(|binding| {
            let fields = binding.template.fields(path)?;
            Some((binding, fields.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()))
        });
        found.ok_or_else(|| format!("failed to transcode .proto file Unknown path {path:?}"))
    }
}

fn send(cx: &mut RequestCx<'_>, made: Result<Vec<u8>, String>, path: &str, output: MessageDescriptor) -> Flow {
    let body = match made {
        Ok(body) => body,
        Err(reason) => return call::refused(reason),
    };
    call::mark(cx.head);
    call::decline_compression(cx.head);
    cx.head.method = Method::POST;
    cx.head.set_upstream_path(path);
    cx.head.set_query(None);
    cx.body = Some(Bytes::from(body));
    cx.carried.put(Seen(Some(output)));
    Flow::Continue
}
