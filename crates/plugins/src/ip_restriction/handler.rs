//! What the plugin does to a request or a stream: it looks where it comes from.

use std::net::IpAddr;

use gibbon_plugin_api::{ConfigureError, Flow, Handler, Phases, Reply, RequestCx, Settings, StreamCx, Verdict};
use serde_json::Value;

use super::config::Config;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, _: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    Ok(Box::new(IpRestriction(Config::read(config)?)))
}

struct IpRestriction(Config);

impl Handler for IpRestriction {
    fn access(&self, cx: &mut RequestCx<'_>) -> Flow {
        if self.lets_pass(cx.client_ip) { Flow::Continue } else { Flow::respond(self.refusal(cx.client_ip)) }
    }

    fn stream(&self, cx: &mut StreamCx<'_>) -> Verdict {
        let address = cx.stream.source.ip();
        if self.lets_pass(address) {
            return Verdict::Continue;
        }
        Verdict::Refuse { status: self.0.status, reason: self.message(address) }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::STREAM)
    }
}

impl IpRestriction {
    fn lets_pass(&self, address: IpAddr) -> bool {
        !self.0.deny.contain(address) && self.0.allow.as_ref().is_none_or(|allow| allow.contain(address))
    }

    fn refusal(&self, address: IpAddr) -> Reply {
        Reply::error(self.0.status, self.message(address))
    }

    fn message(&self, address: IpAddr) -> String {
        let message = self.0.message.as_deref().map(str::to_owned);
        message.unwrap_or_else(|| format!("IP address not allowed: {address}"))
    }
}
