//! What code of every phase may ask of the node that it runs on.

use std::sync::Arc;

use gibbon_lua::Host;
use gibbon_lua::mlua::{Lua, MultiValue, Result, Value};
use uuid::Uuid;

/// Which node it is.
pub(super) struct NodeName {
    pub(super) id: Uuid,
    pub(super) hostname: Arc<str>,
}

/// A host that answers for the node as well.
pub(super) struct OnNode<'n> {
    pub(super) node: &'n NodeName,
    pub(super) host: &'n mut dyn Host,
}

impl Host for OnNode<'_> {
    fn call(&mut self, lua: &Lua, operation: &str, arguments: MultiValue) -> Result<MultiValue> {
        let text = match operation {
            "node.id" => self.node.id.to_string(),
            "node.hostname" => self.node.hostname.to_string(),
            _ => return self.host.call(lua, operation, arguments),
        };
        Ok(MultiValue::from_iter([Value::String(lua.create_string(text)?)]))
    }
}
