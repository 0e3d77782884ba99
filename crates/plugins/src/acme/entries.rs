//! The names under which the plugin keeps things: those of Kong, so that accounts made there go on.

/// What the names of entries begin with that say which certificates are to be renewed.
pub(super) const RENEWALS: &str = "kong_acme:renew_config:";

/// Whoever holds it renews.
pub(super) const RENEWING: &str = "kong_acme:renew_lock";

/// When somebody last looked what is to be renewed.
pub(super) const LAST_RENEWAL: &str = "kong_acme:renew_last_run";

/// The account of an address at an authority.
pub(super) fn account(api: &str, email: &str) -> String {
    let email = base64_simd::STANDARD.encode_to_string(email);
    format!("kong_acme:account:{api}:{email}")
}

/// What proves to the authority that a challenge is known here.
pub(super) fn challenge(token: &str) -> String {
    format!("{token}#http-01")
}

/// Until when nothing is tried for a host.
pub(super) fn backoff(host: &str) -> String {
    format!("kong_acme:fail_backoff:{host}")
}

/// Whoever holds it gets a certificate for a host.
pub(super) fn updating(host: &str) -> String {
    format!("kong_acme:update_lock:{host}")
}

/// The certificate of a host, where there is no database.
pub(super) fn certificate(host: &str) -> String {
    format!("kong_acme:cert_key:{host}")
}

/// That of a host among [`RENEWALS`].
pub(super) fn renewal(host: &str) -> String {
    format!("{RENEWALS}{host}")
}
