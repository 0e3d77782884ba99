//! What came back.

use std::time::Instant;

use gibbon_balancer::UnderWay;
use gibbon_plugin_api::ResponseHead;

use crate::engine::http2::upstream::Answering;
use crate::engine::upstream_body::{self, UpstreamBody};
use crate::http::survey::Survey;

/// See the module.
pub(crate) struct Answer {
    pub(crate) head: ResponseHead,
    pub(crate) survey: Survey,
    pub(crate) body: AnswerBody,
    /// When the upstream was asked.
    pub(crate) asked: Instant,
    /// When the head of its answer had come.
    pub(crate) answered: Instant,
}

pub(crate) enum AnswerBody {
    Http(Box<UpstreamBody>),
    Call(Box<Answering>),
    Switched(Box<upstream_body::Protocol>),
}

impl AnswerBody {
    /// The request is under way until all of it has come.
    pub(super) fn hold(&mut self, under_way: Option<UnderWay>) {
        match self {
            Self::Http(body) => body.hold(under_way),
            Self::Call(body) => body.hold(under_way),
            Self::Switched(protocol) => protocol.under_way = under_way,
        }
    }
}
