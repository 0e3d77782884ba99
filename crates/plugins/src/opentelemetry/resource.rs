//! What is said of the gateway: what the configuration says, in which there may be what a request says, and what it does
//! not say of itself.

use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, LuaCode, Node, RequestCx};
use serde_json::Value;

use super::proto::{KeyValue, Resource};
use crate::template::Template;

const FIELD: &str = "resource_attributes";

/// See the module.
pub(super) struct Attributes {
    own: Vec<(&'static str, String)>,
    configured: Vec<(String, Template)>,
    /// Of whatever is no request.
    usual: Arc<Resource>,
}

impl Attributes {
    pub(super) fn read(config: &Value, node: &Node, lua: LuaCode) -> Result<Self, ConfigureError> {
        let read = |(name, value): (&String, &Value)| {
            let template = Template::parse(value.as_str().unwrap_or_default(), lua);
            Ok((name.clone(), template.map_err(|reason| ConfigureError { field: FIELD, reason })?))
        };
        let configured: Vec<_> =
            config[FIELD].as_object().into_iter().flatten().map(read).collect::<Result<_, ConfigureError>>()?;
        let own = [
            ("service.name", "kong".to_owned()),
            ("service.instance.id", node.id.to_string()),
            ("service.version", env!("CARGO_PKG_VERSION").to_owned()),
        ];
        let is_said = |name: &str| configured.iter().any(|(known, _)| known == name);
        let own = own.into_iter().filter(|(name, _)| !is_said(name)).collect();
        let mut attributes = Self { own, configured, usual: Arc::default() };
        attributes.usual = Arc::new(attributes.with(Template::without_request));
        Ok(attributes)
    }

    fn with(&self, value: impl Fn(&Template) -> String) -> Resource {
        let own = self.own.iter().map(|(name, value)| KeyValue::text(name, value.clone()));
        let configured = self.configured.iter().map(|(name, template)| KeyValue::text(name, value(template)));
        Resource { attributes: own.chain(configured).collect() }
    }

    /// Those for what is no request, or has not been seen as one.
    pub(super) fn usual(&self) -> &Arc<Resource> {
        &self.usual
    }

    /// Those for a request, where they are its own.
    pub(super) fn of(&self, cx: &RequestCx<'_>) -> Option<Arc<Resource>> {
        let are_fixed = self.configured.iter().all(|(_, template)| template.fixed().is_some());
        (!are_fixed).then(|| Arc::new(self.with(|template| template.render(cx))))
    }
}
