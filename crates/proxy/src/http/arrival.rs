//! A request as the engine hands it over.

use gibbon_plugin_api::RequestHead;

use crate::engine::framing::Ambiguous;
use crate::http::survey::Survey;

/// See the module.
pub(crate) struct Arrival {
    pub(crate) head: Box<RequestHead>,
    pub(crate) survey: Survey,
    /// How long the body is, where that is known and where there is one.
    pub(crate) body: Result<ArrivingBody, Ambiguous>,
}

/// The body of a request that has not been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArrivingBody {
    None,
    Length(u64),
    Unknown,
}
