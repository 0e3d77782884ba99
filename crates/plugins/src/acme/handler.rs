//! What the plugin does to handshakes and requests: it notices that a certificate is missing, and answers challenges.

use std::sync::Arc;

use bytes::Bytes;
use gibbon_plugin_api::{ConfigureError, Flow, Handler, Phases, Reply, ReplyBody, RequestCx, Scheme, Settings};
use http::{HeaderValue, StatusCode};
use serde_json::Value;

use super::config::Config;
use super::entries;
use super::instances::Instances;
use super::issuer::Issuer;
use super::order::is_token;
use super::renewal;
use super::shelf::ShelfError;

/// Where challenges are answered (RFC 8555 section 8.3).
const CHALLENGES: &str = "/.well-known/acme-challenge/";

/// The token of nobody: whoever tries whether challenges would be answered asks for it.
const NOBODYS: &str = "x";

/// The answer to a challenge that is not known.
const UNKNOWN: &str = "Not found\n";

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let issuer = Arc::new(Issuer::new(Config::read(config, settings)?, settings)?);
    settings.node.live.get::<Instances>().add(&issuer);
    if let Some(runtime) = issuer.runtime() {
        runtime.spawn(renewal::now_and_then(Arc::downgrade(&issuer)));
    }
    Ok(Box::new(AcmeHandler(issuer)))
}

/// The plugin in one configuration.
struct AcmeHandler(Arc<Issuer>);

impl Handler for AcmeHandler {
    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::CERTIFICATE)
    }

    fn certificate(&self, server_name: &str) {
        if self.0.config.domains.contain(server_name) {
            self.0.begin(server_name);
        }
    }

    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let Some(token) = cx.head.raw_path().strip_prefix(CHALLENGES) else { return Flow::Continue };
        let is_ours = cx.connection.scheme == Scheme::Http && self.0.config.domains.contain(&host(cx.head.host()));
        if token.is_empty() || !is_ours {
            return Flow::Continue;
        }
        if token == NOBODYS || !is_token(token) {
            return Flow::respond(text(StatusCode::NOT_FOUND, UNKNOWN.to_owned()));
        }
        let Some(runtime) = self.0.runtime() else { return Flow::Continue };
        let (issuer, entry) = (Arc::clone(&self.0), entries::challenge(token));
        let looking = runtime.spawn(async move { issuer.config.shelf.get(&entry).await });
        Flow::wait(looking, |_, found| {
            Flow::respond(match found.unwrap_or_else(|error| Err(ShelfError(error.to_string()))) {
                Ok(Some(answer)) => text(StatusCode::OK, format!("{answer}\n")),
                Ok(None) => text(StatusCode::NOT_FOUND, UNKNOWN.to_owned()),
                Err(error) => {
                    tracing::error!("a challenge cannot be answered: {error}");
                    Reply::message(StatusCode::INTERNAL_SERVER_ERROR, "An unexpected error occurred")
                }
            })
        })
    }
}

/// The host of an authority in lower case, without a port.
fn host(authority: &str) -> String {
    authority.split(':').next().unwrap_or_default().to_ascii_lowercase()
}

fn text(status: StatusCode, text: String) -> Reply {
    let content_type = Some(HeaderValue::from_static("application/octet-stream"));
    Reply { status, headers: Vec::new(), body: ReplyBody::Raw { content_type, bytes: Bytes::from(text) } }
}
