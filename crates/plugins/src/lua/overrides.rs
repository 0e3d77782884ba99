//! What code has a request do otherwise than its service says.

use std::time::Duration;

use gibbon_entities::Protocol;
use gibbon_lua::mlua::{Error, MultiValue, Result};
use gibbon_plugin_api::{Overrides, Timeouts};

use super::arguments::{condition, number, text};
use super::facts::disabled;

/// Does an operation whose name begins with `service.`, without that beginning.
pub(super) fn set(overrides: &mut Overrides, operation: &str, arguments: &mut MultiValue) -> Result<()> {
    match operation {
        "set_target" => {
            let (host, port) = (text(arguments)?, number(arguments)?);
            (overrides.host, overrides.port) = (Some(host.into()), Some(port));
        }
        "set_upstream" => overrides.host = Some(text(arguments)?.into()),
        "set_scheme" => overrides.protocol = Some(protocol(&text(arguments)?)?),
        "set_timeouts" => {
            let mut next = || number(arguments).map(Duration::from_millis);
            overrides.timeouts = Some(Timeouts { connect: next()?, write: next()?, read: next()? });
        }
        "set_retries" => overrides.retries = Some(number(arguments)?),
        "set_tls_verify" => overrides.tls_verify = Some(condition(arguments)?),
        // No chain is as long as the longest that can be told apart.
        "set_tls_verify_depth" => {
            let depth: u64 = number(arguments)?;
            overrides.tls_verify_depth = Some(u8::try_from(depth).unwrap_or(u8::MAX));
        }
        _ => return disabled(operation).map(drop),
    }
    Ok(())
}

fn protocol(scheme: &str) -> Result<Protocol> {
    match scheme {
        "http" => Ok(Protocol::Http),
        "https" => Ok(Protocol::Https),
        "grpc" => Ok(Protocol::Grpc),
        "grpcs" => Ok(Protocol::Grpcs),
        other => Err(Error::runtime(format!("invalid scheme: {other}"))),
    }
}
