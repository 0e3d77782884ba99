//! What stands in the place of a plugin that cannot be configured.

use gibbon_plugin_api::{Flow, Handler, Reply, RequestCx};
use http::StatusCode;

/// It lets nothing through.
struct Closed;

impl Handler for Closed {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::respond(Reply::error(StatusCode::SERVICE_UNAVAILABLE, "a plugin of this route cannot be configured"))
    }
}

/// A handler that refuses every request.
pub(crate) fn closed() -> Box<dyn Handler> {
    Box::new(Closed)
}
