//! The traces of the requests that a worker is serving, for lines of the log about them.
//!
//! A line is written on the thread that serves the request, so that neither side waits for the other.

use std::cell::RefCell;
use std::collections::HashMap;

use super::trace::Sampled;
use crate::propagation::{SpanId, TraceId};

thread_local! {
    static ALL: RefCell<HashMap<Box<str>, Place>> = RefCell::default();
}

/// Where a line belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) sampled: Sampled,
}

/// A request that is being served, for as long as this is there.
#[derive(Debug)]
pub(super) struct UnderWay(Box<str>);

impl UnderWay {
    /// Lines about the request with this id belong there.
    pub(super) fn begin(request_id: &str, place: Place) -> Self {
        ALL.with_borrow_mut(|all| all.insert(request_id.into(), place));
        Self(request_id.into())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        // The thread may be ending, and has forgotten all then.
        let _ = ALL.try_with(|all| all.borrow_mut().remove(&self.0));
    }
}

/// Where lines about a request belong.
pub(super) fn place_of(request_id: &str) -> Option<Place> {
    ALL.try_with(|all| all.borrow().get(request_id).copied()).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_a_place_until_it_is_over() {
        let place = Place { trace: TraceId([7; 16]), span: SpanId([9; 8]), sampled: Sampled::Yes };
        let request = UnderWay::begin("r", place);
        assert_eq!((place_of("r"), place_of("other")), (Some(place), None));
        drop(request);
        assert_eq!(place_of("r"), None);
    }
}
