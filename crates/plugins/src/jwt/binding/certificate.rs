//! Tokens bound to the certificate that the client has shown (RFC 8705 section 3.1).

use aws_lc_rs::digest::{SHA256, digest};
use gibbon_jose::base64url;
use gibbon_plugin_api::RequestCx;

use super::NotBound;

/// Whether the connection was made with the certificate that has this thumbprint.
pub(super) fn check(cx: &RequestCx<'_>, thumbprint: &str) -> Result<(), NotBound> {
    let tls = cx.connection.tls.as_ref();
    let shown = tls.and_then(|tls| tls.client_certificate.as_deref()).ok_or(NotBound::Certificate)?;
    // Nothing about a thumbprint is secret.
    let own = base64url::encode(digest(&SHA256, shown).as_ref());
    if own == thumbprint { Ok(()) } else { Err(NotBound::Certificate) }
}
