//! Lua out of a configuration, upon Kong's development kit.
//!
//! `state.rs` is a thread's sandbox and what is compiled in it, `context.rs` what one exchange keeps from phase to phase;
//! the other files are the host of a phase each: what the kit (`kit/`, in Lua) asks of the gateway.

mod access;
mod answer;
mod arguments;
mod context;
mod ended;
mod facts;
mod overrides;
mod reading;
mod shaking;
mod state;

pub(crate) use access::Access;
pub(crate) use answer::Answer;
pub(crate) use context::{amended, amends, respond};
pub(crate) use ended::{Ended, Nowhere};
pub(crate) use reading::Reading;
pub(crate) use shaking::Shaking;
pub(crate) use state::{Call, Code, Shape, number as instance_number};

use gibbon_lua::Failure;
use gibbon_plugin_api::LuaCode;

/// What a schema says of a text that is no Lua.
pub(crate) fn check(source: &str) -> Result<(), String> {
    gibbon_lua::syntax(source).map_err(|error| format!("Error parsing function: {error}"))
}

/// Whether code may be configured at all.
///
/// # Errors
/// Where it may not, in Kong's words.
pub(crate) fn permit(lua: LuaCode) -> Result<(), String> {
    match lua {
        LuaCode::Runs => Ok(()),
        LuaCode::IsRefused => {
            Err("Error parsing function: loading of untrusted Lua code disabled because 'untrusted_lua' config \
                                   option is set to 'off'"
                .to_owned())
        }
    }
}

/// What makes an expression a function of the tables that templates have.
const TABLES: &str = "local headers, query_params, uri_captures, shared = ... return ";

/// Code that gives the value of an expression.
///
/// # Errors
/// Where it is no Lua.
pub(crate) fn expression(text: &str) -> Result<Code, String> {
    let source = format!("{TABLES}{text}");
    gibbon_lua::syntax(&source).map_err(|error| error.to_string())?;
    Ok(Code::new([source.into()], Shape::Expression))
}

/// A failure is logged once, here.
pub(crate) fn report(phase: &str, failure: &Failure) {
    tracing::error!(phase, "Lua failed: {failure}");
}
