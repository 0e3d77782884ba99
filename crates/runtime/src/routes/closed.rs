//! What stands in the place of a plugin that cannot be configured.

use gibbon_plugin_api::{Flow, Handler, Phases, Reply, RequestCx, StreamCx, Verdict};
use http::StatusCode;

/// It lets nothing through.
struct Closed;

const WHY: &str = "a plugin of this route cannot be configured";

impl Handler for Closed {
    fn access(&self, _cx: &mut RequestCx<'_>) -> Flow {
        Flow::respond(Reply::error(StatusCode::SERVICE_UNAVAILABLE, WHY))
    }

    fn stream(&self, _cx: &mut StreamCx<'_>) -> Verdict {
        Verdict::Refuse { status: StatusCode::SERVICE_UNAVAILABLE, reason: WHY.to_owned() }
    }

    fn phases(&self) -> Phases {
        Phases::ACCESS.and(Phases::STREAM)
    }
}

/// A handler that refuses every request and every stream.
pub(crate) fn closed() -> Box<dyn Handler> {
    Box::new(Closed)
}
