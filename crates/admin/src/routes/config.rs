//! `/config`: the whole configuration of a node without a database, to read and to exchange.

use bytes::Bytes;
use gibbon_declarative::{Document, Kinds, Notation, ReadError, Rejection, export};
use gibbon_runtime::Fault;
use gibbon_schema::Object;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::api::AdminApi;
use crate::body;
use crate::declared::{DeclareError, Declared};
use crate::error::ApiError;
use crate::request::Request;

const WITH_A_DATABASE: &str = "this endpoint is only available when Kong is configured to not use a database";
const NOTHING_SENT: &str = "expected a declarative configuration";
const BUSY: &str = "Currently loading previous configuration";

/// How long, in seconds, a client waits until it asks again whether another configuration is loaded.
const PATIENCE: HeaderValue = HeaderValue::from_static("1");

/// Answers a request to `/config`.
pub(crate) async fn answer(api: &AdminApi, request: &Request) -> Result<Answer, ApiError> {
    let Some(declared) = &api.declared else {
        return Ok(Answer::message(StatusCode::BAD_REQUEST, WITH_A_DATABASE));
    };
    match request.method {
        Method::GET | Method::HEAD => show(api).await,
        Method::POST => exchange(api, declared, request).await,
        _ => Err(ApiError::MethodNotAllowed),
    }
}

async fn show(api: &AdminApi) -> Result<Answer, ApiError> {
    let configuration = &api.configuration;
    let kinds = Kinds::new(configuration.definitions().iter());
    let loaded = configuration.store().load(&kinds.names()).await?;
    let text = export(&kinds, loaded.records.iter().map(|(kind, record)| (kind.as_str(), record)));
    Ok(Answer::ok(json!({ "config": text })))
}

async fn exchange(api: &AdminApi, declared: &Declared, request: &Request) -> Result<Answer, ApiError> {
    let Sent { mut options, document } = Sent::read(request).await?;
    for (name, value) in &request.query {
        options.insert(name.clone(), value.as_str().into());
    }
    let flattened = is_on(options.get("flatten_errors"));
    let document = match document {
        None => return Ok(Answer::message(StatusCode::BAD_REQUEST, NOTHING_SENT)),
        Some(Err(error)) => return Ok(unreadable(&error)),
        Some(Ok(document)) => document,
    };
    if is_on(options.get("check_hash")) && document.hash() == declared.hash() {
        return Ok(Answer::empty(StatusCode::NOT_MODIFIED));
    }
    match declared.replace(document).await {
        Ok(records) => Ok(Answer::created(by_kind(api, records))),
        Err(DeclareError::Rejected(rejection)) if flattened => Ok(rejected_flat(&rejection)),
        Err(DeclareError::Rejected(rejection)) => Ok(invalid(rejection.fields())),
        Err(DeclareError::Unbuildable(faults)) => Ok(invalid(&by_id(&faults))),
        Err(DeclareError::Busy) => {
            Ok(Answer::message(StatusCode::TOO_MANY_REQUESTS, BUSY).header(RETRY_AFTER, PATIENCE))
        }
        Err(DeclareError::Record(error)) => Ok(invalid(&of_error(&error.to_string()))),
        Err(DeclareError::Store(error)) => Err(error.into()),
        Err(DeclareError::Write(error)) => Err(error.into()),
        Err(DeclareError::Ended(reason)) => Err(ApiError::Internal(reason)),
    }
}

/// A switch in a parameter, as Kong reads one.
fn is_on(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(on)) => *on,
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        Some(Value::String(text)) => ["true", "1", "on", "yes"].iter().any(|on| on.eq_ignore_ascii_case(text)),
        _ => false,
    }
}

/// What a request carries.
struct Sent {
    /// What is said beside the document.
    options: Object,
    document: Option<Result<Document, ReadError>>,
}

/// The parameters that may stand beside a document in a body.
const OPTIONS: [&str; 2] = ["check_hash", "flatten_errors"];

impl Sent {
    /// A body is the document itself as JSON, or has it as text in `config`, or is that text.
    async fn read(request: &Request) -> Result<Self, ApiError> {
        let mut values = match values(request).await {
            Ok(values) => values,
            // A text that is sent as a form, because that is what the client does unless told otherwise.
            Err(_) if !is_json(request) => Object::new(),
            Err(error) => return Err(error),
        };
        let mut options = Object::new();
        for name in OPTIONS {
            options.extend(values.shift_remove(name).map(|value| (name.to_owned(), value)));
        }
        let document = match values.get("config") {
            _ if values.contains_key("_format_version") => Some(Ok(Document::of_content(values))),
            Some(Value::String(text)) => Some(Document::read(text, Notation::Either)),
            _ if request.body.is_empty() => None,
            _ => Some(text(&request.body).and_then(|text| Document::read(text, Notation::Either))),
        };
        Ok(Self { options, document })
    }
}

async fn values(request: &Request) -> Result<Object, ApiError> {
    match body::parse(&request.headers, request.body.clone()).await {
        Ok(payload) => Ok(payload.values),
        Err(ApiError::UnsupportedMediaType) => Ok(Object::new()),
        Err(error) => Err(error),
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("application/json")
}

fn text(bytes: &Bytes) -> Result<&str, ReadError> {
    std::str::from_utf8(bytes).map_err(|error| ReadError::Syntax(error.to_string()))
}

/// Records as the answer lists them: by kind, then by id.
fn by_kind(api: &AdminApi, records: Vec<(&'static str, Object)>) -> Object {
    let definitions = api.configuration.definitions();
    let mut kinds = Object::new();
    for (kind, record) in records {
        let Some(def) = definitions.get(kind) else { continue };
        let id = record.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Value::Object(of_kind) = kinds.entry(kind).or_insert_with(|| json!({})) {
            of_kind.insert(id, def.view(&record, definitions).into());
        }
    }
    kinds
}

fn by_id(faults: &[Fault]) -> Object {
    let mut fields = Object::new();
    for Fault { kind, id, reason } in faults {
        if let Value::Object(of_kind) = fields.entry(*kind).or_insert_with(|| json!({})) {
            of_kind.insert(id.to_string(), reason.as_str().into());
        }
    }
    fields
}

fn of_error(text: &str) -> Object {
    Object::from_iter([("error".to_owned(), text.into())])
}

fn unreadable(error: &ReadError) -> Answer {
    invalid(&of_error(&error.to_string()))
}

fn invalid(fields: &Object) -> Answer {
    Answer::with(StatusCode::BAD_REQUEST, body_of(fields))
}

fn body_of(fields: &Object) -> Value {
    json!({
        "code": 14,
        "name": "invalid declarative configuration",
        "message": Rejection::message(fields),
        "fields": fields,
    })
}

fn rejected_flat(rejection: &Rejection) -> Answer {
    let mut body = body_of(rejection.outside());
    if let Value::Object(members) = &mut body {
        members.insert("flattened_errors".to_owned(), rejection.flattened().into());
    }
    Answer::with(StatusCode::BAD_REQUEST, body)
}
