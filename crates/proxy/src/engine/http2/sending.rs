//! How much the other side of a stream takes.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::SendStream;

/// How much it takes now; `None` where it takes no more.
pub(super) fn poll_room(stream: &mut SendStream<Bytes>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
    loop {
        // What was granted before is not granted a second time.
        if stream.capacity() > 0 {
            return Poll::Ready(Some(stream.capacity()));
        }
        if !matches!(ready!(stream.poll_capacity(cx)), Some(Ok(_))) {
            return Poll::Ready(None);
        }
    }
}
