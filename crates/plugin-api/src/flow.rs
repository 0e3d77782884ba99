//! What a phase decides.

use std::future::Future;
use std::pin::Pin;

use crate::reply::Reply;
use crate::request::RequestCx;

/// The outcome of one plugin's phase.
pub enum Flow {
    /// The request goes on to the next plugin, and at last to the upstream.
    Continue,
    /// The gateway answers; later plugins of this phase do not run.
    Respond(Box<Reply>),
    /// The plugin waits for something that may not be done on a worker. Only a phase that waits allocates a future.
    Wait(Pin<Box<dyn Future<Output = Resume>>>),
}

/// What a plugin does with the request when its waiting is over.
pub type Resume = Box<dyn FnOnce(&mut RequestCx<'_>) -> Flow>;

impl Flow {
    /// Answers with `reply`.
    pub fn respond(reply: Reply) -> Self {
        Self::Respond(Box::new(reply))
    }

    /// Waits for `work`, then decides with what it gave.
    pub fn wait<T: 'static>(
        work: impl Future<Output = T> + 'static,
        then: impl FnOnce(&mut RequestCx<'_>, T) -> Flow + 'static,
    ) -> Self {
        Self::Wait(Box::pin(async move {
            let value = work.await;
            Box::new(move |cx: &mut RequestCx<'_>| then(cx, value)) as Resume
        }))
    }
}
