//! An attempt without an answer, and whether there is another one.

use http::Method;

use crate::engine::body::BodyState;
use crate::engine::client::{Patience, SendFailure};
use crate::http::error::ProxyError;

/// See the module.
pub(super) struct Failed {
    pub(super) error: ProxyError,
    pub(super) again: Again,
}

/// Whether a request may be sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It counts as one of the service's retries.
    AsRetry,
    /// The connection had waited in the pool and the upstream ended it meanwhile, which is nobody's failure.
    WithNewConnection,
    Never,
}

/// Whether it changes nothing to do it twice (RFC 9110 section 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE | Method::TRACE)
}

impl Failed {
    /// What a failure means. A request that has left is sent again only if that changes nothing, and if its body is still
    /// at hand.
    pub(super) fn judge(
        failure: SendFailure,
        again: Again,
        method: &Method,
        state: &BodyState,
        patience: Patience,
    ) -> Self {
        if let Some(error) = state.failure() {
            return Self { error: error.into(), again: Again::Never };
        }
        let if_harmless = |again| if is_idempotent(method) && !state.is_started() { again } else { Again::Never };
        match failure {
            SendFailure::NotSent => Self { error: ProxyError::NotTaken, again },
            SendFailure::Broken(error) => Self { error: ProxyError::UpstreamBroken(error), again: if_harmless(again) },
            // Silence has nothing to do with the age of the connection.
            SendFailure::TimedOut => {
                Self { error: ProxyError::UpstreamSilent(patience.read), again: if_harmless(Again::AsRetry) }
            }
            SendFailure::Body(error) => Self { error: error.into(), again: Again::Never },
        }
    }

    /// The retries that are left when it is made up for by one of so many, if it may be.
    pub(super) fn retries_left(self, retries: u32) -> Result<u32, ProxyError> {
        retries.checked_sub(1).filter(|_| self.again == Again::AsRetry).ok_or(self.error)
    }
}
