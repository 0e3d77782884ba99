//! The paths of the Admin API: getting a certificate, renewing, and what there is.

use std::pin::Pin;
use std::sync::Arc;

use gibbon_jose::{KeyKind, PublicKey};
use gibbon_plugin_api::{AdminAnswer, AdminCall, AdminPath};
use gibbon_x509::Certificate;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::error::AcmeError;
use super::instances::Instances;
use super::issuer::{Issuer, Outcome, Why};
use super::renewal;
use super::saved::Saved;
use crate::timestamp;

type Answering = Pin<Box<dyn Future<Output = AdminAnswer> + Send>>;

const READ: &[&str] = &["GET", "HEAD", "OPTIONS"];

/// See the module.
pub static ADMIN_PATHS: [AdminPath; 3] = [
    AdminPath {
        plugin: "acme",
        template: "/acme",
        methods: &["OPTIONS", "PATCH", "POST"],
        operations: &[
            ("POST", "Get a certificate for a host, or try whether that would work."),
            ("PATCH", "Renew the certificates that will soon be invalid."),
        ],
        on_every_node: &[],
        answer: change,
    },
    AdminPath {
        plugin: "acme",
        template: "/acme/certificates",
        methods: READ,
        operations: &[("GET", "The certificates that the acme plugin has got.")],
        on_every_node: &[],
        answer: list,
    },
    AdminPath {
        plugin: "acme",
        template: "/acme/certificates/{certificates}",
        methods: READ,
        operations: &[("GET", "The certificate that the acme plugin has got for a host.")],
        on_every_node: &[],
        answer: show,
    },
];

fn change(call: AdminCall) -> Answering {
    Box::pin(async move {
        let Some(issuer) = issuer(&call) else { return nothing() };
        if call.method == Method::POST {
            return create(&issuer, &call).await;
        }
        if let Some(runtime) = issuer.runtime() {
            let renewing = Arc::clone(&issuer);
            runtime.spawn(async move { renewal::renew(&renewing).await });
        }
        message(StatusCode::ACCEPTED, "Renewal process started successfully")
    })
}

async fn create(issuer: &Arc<Issuer>, call: &AdminCall) -> AdminAnswer {
    let Some(host) = call.values.get("host").and_then(Value::as_str).filter(|host| !host.is_empty()) else {
        return message(StatusCode::BAD_REQUEST, "host must be provided and containing a single domain");
    };
    if host.contains(':') {
        return message(StatusCode::BAD_REQUEST, "port is not allowed in host");
    }
    let host = host.to_ascii_lowercase();
    let is_test = call.values.get("test_http_challenge_flow").is_some_and(is_true);
    if !issuer.config.domains.contain(&host) {
        let what =
            if is_test { format!("problem found running sanity check for {host}") } else { NOT_CREATED.to_owned() };
        let text = format!("{what}: host is not included in plugin config.domains");
        return message(StatusCode::BAD_REQUEST, &text);
    }
    if is_test { test(issuer, &host).await } else { get(issuer, host).await }
}

const NOT_CREATED: &str = "failed to update certificate";

/// Somebody who leaves does not keep it from being done.
async fn get(issuer: &Arc<Issuer>, host: String) -> AdminAnswer {
    let (issuing, name) = (Arc::clone(issuer), host.clone());
    let Some(runtime) = issuer.runtime() else { return failed(&AcmeError::NoRecords) };
    let outcome = runtime.spawn(async move { issuing.update(&name, Why::Wanted).await }).await;
    match outcome.unwrap_or(Err(AcmeError::Ended)) {
        Ok(Outcome::UnderWay) => {
            message(StatusCode::ACCEPTED, &format!("certificate for host {host} is being created already"))
        }
        Ok(Outcome::Issued | Outcome::Present) => {
            message(StatusCode::CREATED, &format!("certificate for host {host} is created"))
        }
        Err(error) => message(StatusCode::INTERNAL_SERVER_ERROR, &format!("{NOT_CREATED}: {error}")),
    }
}

/// Whether a challenge would be answered.
async fn test(issuer: &Issuer, host: &str) -> AdminAnswer {
    let problem = match issuer.asks_in_vain(host).await {
        Ok((404, body)) if body == "Not found\n" => {
            return message(StatusCode::OK, &format!("sanity test for host {host} passed"));
        }
        Ok((_, body)) if body.contains("no Route matched with those values") => format!(
            "http://{host}/.well-known/acme-challenge/* doesn't map to a Route in Kong; please refer to docs on how to \
             create dummy Route and Service"
        ),
        Ok((404, body)) => format!("unexpected response: \"{}\"", shortened(&body)),
        Ok((status, body)) => {
            format!("unexpected response: \"{}\", unexpected status code: {status}", shortened(&body))
        }
        Err(error) => error.to_string(),
    };
    message(StatusCode::BAD_REQUEST, &format!("problem found running sanity check for {host}: {problem}"))
}

fn list(call: AdminCall) -> Answering {
    Box::pin(async move {
        let Some(issuer) = issuer(&call) else { return nothing() };
        let only_invalid = call.values.contains_key("invalid_only");
        match described(&issuer).await {
            Ok(all) => {
                let shown: Vec<_> = all.into_iter().filter(|one| !only_invalid || one["valid"] == false).collect();
                answered(StatusCode::OK, json!({ "data": shown }))
            }
            Err(error) => failed(&error),
        }
    })
}

async fn described(issuer: &Issuer) -> Result<Vec<Value>, AcmeError> {
    let certificates = issuer.certificates()?;
    let mut all = Vec::new();
    for host in certificates.hosts().await? {
        match certificates.find(&host).await? {
            Some(saved) => all.push(describe(&saved)?),
            None => tracing::warn!(%host, "a certificate is to be renewed that is not there"),
        }
    }
    Ok(all)
}

fn show(call: AdminCall) -> Answering {
    Box::pin(async move {
        let Some(issuer) = issuer(&call) else { return nothing() };
        let host = call.parameters.first().map(|host| host.to_ascii_lowercase()).unwrap_or_default();
        let found = match issuer.certificates() {
            Ok(certificates) => certificates.find(&host).await,
            Err(error) => Err(error),
        };
        match found.and_then(|found| found.as_ref().map(describe).transpose()) {
            Ok(Some(described)) => answered(StatusCode::OK, json!({ "data": described })),
            Ok(None) => message(StatusCode::NOT_FOUND, &format!("Certificate for host {host} not found in storage")),
            Err(error) => failed(&error),
        }
    })
}

/// What is told of a certificate.
fn describe(saved: &Saved) -> Result<Value, AcmeError> {
    let certificate = Certificate::from_pem(&saved.cert)?;
    let (from, until, now) = (certificate.not_before(), certificate.not_after(), timestamp::now());
    let sort = match PublicKey::from_pem(&saved.cert)?.kind() {
        KeyKind::Rsa => "rsaEncryption",
        KeyKind::Ec => "id-ecPublicKey",
        KeyKind::Edwards => "ED25519",
    };
    Ok(json!({
        "digest": digits(&Sha1::digest(certificate.der())),
        "host": certificate.subject_common_name(),
        "issuer_cn": certificate.issuer_common_name(),
        "not_before": timestamp::date_and_time(from),
        "not_after": timestamp::date_and_time(until),
        "valid": from < now && now < until,
        "serial_number": digits(certificate.serial()),
        "pubkey_type": sort,
    }))
}

fn digits(bytes: &[u8]) -> String {
    let pairs: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

fn is_true(value: &Value) -> bool {
    matches!(value, Value::Bool(true)) || value == "true"
}

/// It comes from anywhere, and may be long.
fn shortened(body: &str) -> String {
    body.chars().take(200).collect()
}

/// The plugin, where it is configured.
fn issuer(call: &AdminCall) -> Option<Arc<Issuer>> {
    if call.configured.is_empty() { None } else { call.node.live.get::<Instances>().newest() }
}

fn nothing() -> AdminAnswer {
    AdminAnswer { status: StatusCode::NOT_FOUND, body: None }
}

fn failed(error: &AcmeError) -> AdminAnswer {
    message(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
}

fn message(status: StatusCode, text: &str) -> AdminAnswer {
    answered(status, json!({ "message": text }))
}

fn answered(status: StatusCode, body: Value) -> AdminAnswer {
    AdminAnswer { status, body: Some(body) }
}
