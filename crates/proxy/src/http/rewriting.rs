//! Bodies of upstreams that plugins rewrite: held in memory as a whole, unlike all others.

use std::future::poll_fn;

use bytes::Bytes;
use gibbon_plugin_api::{ResponseHead, Rewrite, Source, offload};
use http::HeaderValue;

use crate::engine::body::ResponseBody;
use crate::engine::outgoing::Source as _;
use crate::engine::upstream_body::{ResponseFailure, UpstreamBody};
use crate::http::chain::Chain;
use crate::http::error::ProxyError;
use crate::http::exchange::Exchange;
use crate::settings::MAX_BUFFERED_BODY;

/// Bodies up to this length are rewritten on the worker.
const SHORT: usize = 32 * 1024;

/// What is read at once.
const PIECE: usize = 16 * 1024;

/// A body that could not be rewritten. It is not passed on either: what is to be hidden in it must not come through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RewriteFailure {
    #[error("it is too large to be held in memory")]
    TooLarge,
    #[error("too much work is waiting beside the workers")]
    Busy,
    #[error(transparent)]
    Broken(#[from] ResponseFailure),
}

/// Reads the body and rewrites it.
pub(crate) async fn rewrite(
    exchange: &Exchange<'_>,
    chain: &mut Chain<'_>,
    head: &mut ResponseHead,
    body: Box<UpstreamBody>,
    rewrites: Vec<Rewrite>,
) -> Result<ResponseBody, ProxyError> {
    if (body.left() == Some(0) && !chain.changes_body()) || exchange.is_asked_by_head {
        return Ok(exchange.as_asked_for(head, body));
    }
    let whole = whole(body).await?;
    let bytes = if whole.len() <= SHORT {
        apply(whole, rewrites)
    } else {
        let side = &exchange.worker.shared.side;
        let working = offload::submit(side, move || apply(whole, rewrites)).map_err(|_| RewriteFailure::Busy)?;
        working.await.map_err(|_| RewriteFailure::Busy)?
    };
    let bytes = match chain.changes_body() {
        true => chain.change_body(exchange, head, Source::Upstream, bytes),
        false => bytes,
    };
    head.headers.set("Content-Length", HeaderValue::from(bytes.len()));
    Ok(ResponseBody::Whole(bytes))
}

async fn whole(mut body: Box<UpstreamBody>) -> Result<Bytes, RewriteFailure> {
    let mut bytes = Vec::new();
    while poll_fn(|cx| body.poll_into(cx, &mut bytes, PIECE)).await? > 0 {
        if bytes.len() > MAX_BUFFERED_BODY {
            return Err(RewriteFailure::TooLarge);
        }
    }
    Ok(bytes.into())
}

fn apply(body: Bytes, rewrites: Vec<Rewrite>) -> Bytes {
    rewrites.into_iter().fold(body, |body, rewrite| rewrite(&body).unwrap_or(body))
}
