//! Paths of the Admin API that belong to one plugin.

use std::pin::Pin;

use gibbon_schema::Object;
use http::{Method, StatusCode};
use serde_json::Value;
use uuid::Uuid;

use crate::node::Node;

/// A path that is there where its plugin is.
pub struct AdminPath {
    /// The plugin that it belongs to.
    pub plugin: &'static str,
    /// The path, with names in braces where it has parameters.
    pub template: &'static str,
    /// The methods that it has, sorted, OPTIONS among them.
    pub methods: &'static [&'static str],
    /// What each of them does, in a sentence.
    pub operations: &'static [(&'static str, &'static str)],
    /// Those of the methods that hold on every node of the database: where one has succeeded, the other nodes are told
    /// to do the same. Their requests have parameters and nothing else.
    pub on_every_node: &'static [&'static str],
    /// Does it. Only asked by a method of the path; HEAD comes as GET.
    pub answer: fn(AdminCall) -> Pin<Box<dyn Future<Output = AdminAnswer> + Send>>,
}

/// A request to such a path.
pub struct AdminCall {
    /// What is to be done.
    pub method: Method,
    /// What stands in the places of the parameters.
    pub parameters: Vec<String>,
    /// What the query and the body say, the body last. Values of forms and of queries are text.
    pub values: Object,
    /// Every record of the plugin, by its id.
    pub configured: Vec<Configured>,
    /// What plugins share on this node.
    pub node: Node,
}

/// A record of a plugin.
pub struct Configured {
    /// Its id.
    pub id: Uuid,
    /// Its configuration, as it is stored.
    pub config: Value,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AdminAnswer {
    /// The status.
    pub status: StatusCode,
    /// The JSON of the body; none means no body at all.
    pub body: Option<Value>,
}

/// There is one path of a template.
impl PartialEq for AdminPath {
    fn eq(&self, other: &Self) -> bool {
        (self.plugin, self.template) == (other.plugin, other.template)
    }
}

impl Eq for AdminPath {}

impl std::fmt::Debug for AdminPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.template)
    }
}
