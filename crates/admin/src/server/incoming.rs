//! The body of a request, as a whole, within its bounds.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::time::{Duration, Instant, timeout, timeout_at};

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// It is larger than is read here.
    TooLarge,
    /// It comes too slowly.
    Slow,
    /// It ends early, or its chunks are none.
    Broken,
}

/// What has to come within the time for a body.
const PROGRESS: usize = 1024;

/// How long the rest of a body is read that nobody wants: clients that only listen once they have sent everything get
/// to see why.
const LINGER: Duration = Duration::from_secs(2);

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: &mut Incoming, limit: Option<u64>, time: Duration) -> Result<Bytes, BodyFault> {
    let limit = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced > limit) {
        return Err(BodyFault::TooLarge);
    }
    let mut bytes = BytesMut::new();
    let mut pace = (Instant::now() + time, 0);
    loop {
        let frame = match timeout_at(pace.0, body.frame()).await {
            Err(_) => return Err(BodyFault::Slow),
            Ok(None) => return Ok(bytes.freeze()),
            Ok(Some(frame)) => frame.map_err(|_| BodyFault::Broken)?,
        };
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > limit - bytes.len() {
            return Err(BodyFault::TooLarge);
        }
        bytes.extend_from_slice(&data);
        if bytes.len() - pace.1 >= PROGRESS {
            pace = (Instant::now() + time, bytes.len());
        }
    }
}

/// Reads on for a moment without keeping anything. A client that asked whether to send at all is not kept waiting.
pub(super) async fn discard(body: &mut Incoming, headers: &HeaderMap) {
    if headers.contains_key(header::EXPECT) {
        return;
    }
    let _ = timeout(LINGER, async { while let Some(Ok(_)) = body.frame().await {} }).await;
}
