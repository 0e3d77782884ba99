//! Paths of Kong for ways of running it that this gateway does not have, answered as Kong does where it is not run so.

use http::StatusCode;

use crate::answer::Answer;

/// What is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Filters in WebAssembly.
    Filters,
    /// A control plane with its data planes.
    ControlPlane,
}

/// Says so.
pub(crate) fn answer(absent: Absent) -> Answer {
    let text = match absent {
        Absent::Filters => "this endpoint is only available when wasm is enabled",
        Absent::ControlPlane => {
            "this endpoint is only available when Kong is configured to run as Control Plane for the cluster"
        }
    };
    Answer::message(StatusCode::BAD_REQUEST, text)
}
