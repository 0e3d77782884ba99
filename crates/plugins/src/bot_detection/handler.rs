//! What the plugin does to a request: it looks what the client calls itself.

use gibbon_plugin_api::{ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
use http::StatusCode;
use http::header::USER_AGENT;
use serde_json::Value;

use super::config::Config;
use super::known;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(BotDetection(Config::read(config)?)))
}

struct BotDetection(Config);

impl Handler for BotDetection {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        let mut agents = cx.head.headers.all(USER_AGENT);
        match (agents.next(), agents.next()) {
            (None, _) => Flow::Continue,
            (Some(agent), None) if self.lets_pass(&String::from_utf8_lossy(agent)) => Flow::Continue,
            (Some(_), None) => Flow::respond(Reply::error(StatusCode::FORBIDDEN, "Forbidden")),
            (Some(_), Some(_)) => {
                Flow::respond(Reply::error(StatusCode::BAD_REQUEST, "Only one User-Agent header allowed"))
            }
        }
    }
}

impl BotDetection {
    fn lets_pass(&self, agent: &str) -> bool {
        let agent = agent.trim();
        let is_in = |list: &[crate::regex::Regex]| list.iter().any(|regex| regex.finds(agent));
        is_in(&self.0.allow) || !(is_in(&self.0.deny) || known::is_bot(agent))
    }
}
