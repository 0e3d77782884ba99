//! Bodies of which plugins keep a copy. They stream as all others do; what has gone by is put aside meanwhile.

use std::task::{Context, Poll};

use gibbon_plugin_api::BodyCopy;

use crate::engine::body::ResponseBody;
use crate::engine::outgoing::Source;
use crate::engine::upstream_body::ResponseFailure;

/// The body of an answer, of which `copies` get what the client gets.
pub(crate) fn copied(body: ResponseBody, mut copies: Vec<BodyCopy>) -> ResponseBody {
    if let ResponseBody::Whole(bytes) = &body {
        finish(copies, bytes.to_vec());
        return body;
    }
    // What may have been cut short is not kept (RFC 9111 section 3.3).
    if !body.tells_its_end() {
        return body;
    }
    // A body that says that it is too long need not be put aside at all.
    let length = body.length();
    copies.retain(|copy| length.is_none_or(|length| copy.most as u64 >= length));
    if copies.is_empty() {
        return body;
    }
    let bytes = Vec::with_capacity(length.and_then(|length| usize::try_from(length).ok()).unwrap_or(0));
    let mut copied = Copied { body, copies, bytes };
    copied.finish_when_over();
    ResponseBody::Copied(Box::new(copied))
}

/// See the module.
pub(crate) struct Copied {
    pub(crate) body: ResponseBody,
    /// Empty once there is nothing to be kept any more.
    copies: Vec<BodyCopy>,
    bytes: Vec<u8>,
}

impl Copied {
    /// A body whose length is known is not asked for its end.
    fn finish_when_over(&mut self) {
        if self.body.length() == Some(0) {
            self.finish();
        }
    }

    fn finish(&mut self) {
        finish(std::mem::take(&mut self.copies), std::mem::take(&mut self.bytes));
    }

    fn put_aside(&mut self, piece: &[u8]) {
        let length = self.bytes.len() + piece.len();
        self.copies.retain(|copy| copy.most >= length);
        match self.copies.is_empty() {
            true => self.bytes = Vec::new(),
            false => self.bytes.extend_from_slice(piece),
        }
    }
}

fn finish(copies: Vec<BodyCopy>, bytes: Vec<u8>) {
    let mut copies = copies.into_iter().filter(|copy| copy.most >= bytes.len());
    let Some(first) = copies.next() else { return };
    copies.for_each(|copy| (copy.keep)(bytes.clone()));
    (first.keep)(bytes);
}

impl Source for Copied {
    type Failure = ResponseFailure;

    fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, ResponseFailure>> {
        let before = out.len();
        let polled = self.body.poll_into(cx, out, room);
        match &polled {
            Poll::Ready(Ok(0)) => self.finish(),
            Poll::Ready(Ok(_)) if !self.copies.is_empty() => {
                self.put_aside(out.get(before..).unwrap_or_default());
                self.finish_when_over();
            }
            Poll::Ready(Err(_)) => self.copies.clear(),
            Poll::Ready(Ok(_)) | Poll::Pending => {}
        }
        polled
    }
}
