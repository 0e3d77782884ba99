//! What code may ask and do in a handshake, before the client is shown a certificate.

use gibbon_lua::Host;
use gibbon_lua::mlua::{Error, Lua, MultiValue, Result};
use gibbon_plugin_api::{Carries, Handshake, HandshakeCx};

use super::arguments::{count, nothing, one, perhaps, yes};
use super::facts;

/// The host of `certificate`.
pub(crate) struct Shaking<'a, 'h> {
    cx: &'a mut HandshakeCx<'h>,
    /// What the code has decided.
    pub(crate) decision: Handshake,
}

impl<'a, 'h> Shaking<'a, 'h> {
    /// For a handshake.
    pub(crate) fn new(cx: &'a mut HandshakeCx<'h>) -> Self {
        Self { cx, decision: Handshake::Continue }
    }

    /// Whether the client will be asked; those of streams are not.
    fn ask_for_certificate(&mut self) -> bool {
        self.cx.wishes.client_certificate = self.cx.carries == Carries::Requests;
        self.cx.wishes.client_certificate
    }
}

impl Host for Shaking<'_, '_> {
    fn call(&mut self, lua: &Lua, operation: &str, mut arguments: MultiValue) -> Result<MultiValue> {
        let cx = &mut *self.cx;
        match operation {
            "client.ip" => return one(lua, cx.peer.ip().to_string()),
            "client.port" => return Ok(count(cx.peer.port())),
            "client.forwarded_ip" => return one(lua, cx.client.ip().to_string()),
            "client.is_trusted" => return Ok(yes(cx.trusted)),
            "connection.port" => return Ok(count(cx.local_port)),
            "connection.sni" => return perhaps(lua, cx.server_name),
            "log" => return facts::log(&mut arguments),
            "tls.request_client_certificate" => return Ok(yes(self.ask_for_certificate())),
            "tls.disable_session_reuse" => cx.wishes.fresh_session = true,
            "tls.abort" => self.decision = Handshake::Abort,
            _ => return Err(Error::runtime(format!("function cannot be called in certificate phase ({operation})"))),
        }
        Ok(nothing())
    }
}
