//! What the plugin does when an exchange is over.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, Settings};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::Value;
use ureq::Agent;
use ureq::tls::TlsConfig;

use super::config::Config;
use crate::custom_fields::CustomFields;
use crate::document_log::DocumentLog;
use crate::queue::Queue;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let custom = CustomFields::read(config, settings)?;
    let config = Config::read(config)?;
    let (agent, limits) = (agent(&config), config.limits.clone());
    let send = Arc::new(move |batch: &[Vec<u8>]| send(&agent, &config, batch));
    let queue = Queue::start(&settings.node, "http-log", limits, send);
    Ok(Box::new(DocumentLog::new(custom, move |document| queue.push(document))))
}

fn agent(config: &Config) -> Agent {
    // As in Kong, who the server is is not verified: many log servers have certificates of their own making.
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .disable_verification(true)
        .build();
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(config.timeout))
        .max_idle_age(config.keepalive)
        .tls_config(tls)
        .build()
        .into()
}

/// One exchange is an object, several are an array; which of the two is the configuration's choice.
fn body(config: &Config, batch: &[Vec<u8>]) -> Vec<u8> {
    if config.limits.batch == 1 {
        return batch.concat();
    }
    [b"[".as_slice(), &batch.join(&b','), b"]"].concat()
}

fn send(agent: &Agent, config: &Config, batch: &[Vec<u8>]) -> Result<(), String> {
    let mut request = Request::builder().method(config.method.clone()).uri(&*config.endpoint);
    request = request.header(CONTENT_TYPE, &*config.content_type);
    for (name, value) in &config.headers {
        request = request.header(name, value);
    }
    let request = request.body(body(config, batch)).map_err(|error| error.to_string())?;
    let answer = agent.run(request).map_err(|error| error.to_string())?;
    // Whatever is no failure of the server or of the request has taken them.
    if answer.status().as_u16() < 400 { Ok(()) } else { Err(format!("the log server answers {}", answer.status())) }
}
