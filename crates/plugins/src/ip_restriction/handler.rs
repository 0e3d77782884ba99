//! What the plugin does to a request: it looks where it comes from.

use std::net::IpAddr;

use gibbon_plugin_api::{ConfigureError, Flow, Handler, Reply, RequestCx, Settings};
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
}

impl IpRestriction {
    fn lets_pass(&self, address: IpAddr) -> bool {
        !self.0.deny.contain(address) && self.0.allow.as_ref().is_none_or(|allow| allow.contain(address))
    }

    fn refusal(&self, address: IpAddr) -> Reply {
        let message = self.0.message.as_deref().map(str::to_owned);
        Reply::error(self.0.status, message.unwrap_or_else(|| format!("IP address not allowed: {address}")))
    }
}
