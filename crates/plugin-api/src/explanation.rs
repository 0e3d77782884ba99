//! How an instance decides about a request that nobody has sent, for whoever asks why.

use serde_json::Value;

use crate::reply::Reply;

/// What an instance would do to a request, and why.
#[derive(Debug)]
pub struct Explanation {
    /// What it looks at, one after the other, as JSON objects; never a secret or a signature.
    pub steps: Vec<Value>,
    /// What the client is answered; `None` where the request goes on.
    pub reply: Option<Reply>,
}
