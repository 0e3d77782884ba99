//! Work that would hold up a worker: it runs elsewhere, with a bound.

use tokio::sync::oneshot;

/// There is no room for more such work; the request is answered 503.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much work is waiting on the side threads")]
pub struct Busy;

/// A bounded set of threads beside the workers.
pub trait Offload {
    /// Takes one job, or says that there is no room.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full.
    fn submit(&self, job: Box<dyn FnOnce() + Send>) -> Result<(), Busy>;
}

/// Submits `job`; the future gives its result, or [`Busy`] where the job was dropped before it ran.
///
/// # Errors
/// [`Busy`] when the queue is full.
pub fn submit<T: Send + 'static>(
    side: &dyn Offload,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<impl Future<Output = Result<T, Busy>> + 'static, Busy> {
    let (send, receive) = oneshot::channel();
    side.submit(Box::new(move || {
        // The request may have gone away meanwhile; then nobody wants the result.
        let _ = send.send(job());
    }))?;
    Ok(async move { receive.await.map_err(|_| Busy) })
}
