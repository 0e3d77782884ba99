//! Codes that only their owner can use (RFC 7636).

use gibbon_entities::UnknownName;
use sha2::{Digest as _, Sha256};

use super::application::ClientType;
use super::parameters::{Given, Parameters};
use super::problem::Problem;
use super::secret::same;

/// How a challenge is made of a verifier; the only way there is, as in Kong.
pub(super) const S256: &str = "S256";

/// Who has to use challenges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pkce {
    None,
    /// Applications that cannot keep a secret.
    Lax,
    All,
}

impl std::str::FromStr for Pkce {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "none" => Ok(Self::None),
            "lax" => Ok(Self::Lax),
            "strict" => Ok(Self::All),
            _ => Err(UnknownName),
        }
    }
}

impl Pkce {
    /// Whether an application of this kind has to.
    pub(super) fn binds(self, client: ClientType) -> bool {
        match client {
            ClientType::Public => self != Self::None,
            ClientType::Confidential => self == Self::All,
        }
    }
}

/// The challenge of a request for a code (section 4.3), if it has one.
pub(super) fn challenge(parameters: &Parameters) -> Result<Option<String>, Problem> {
    let method = parameters.get("code_challenge_method");
    let Some(challenge) = parameters.text("code_challenge") else {
        return match method {
            Some(_) => Err(Problem::invalid_request("code_challenge is required when code_method is present")),
            None => Ok(None),
        };
    };
    match method {
        Some(Given::Text(name)) if name.eq_ignore_ascii_case(S256) => {}
        None => {}
        Some(_) => return Err(Problem::invalid_request("code_challenge_method is not supported, must be S256")),
    }
    // Some write it with the other alphabet, or with padding.
    Ok(Some(challenge.trim_end_matches('=').replace('+', "-").replace('/', "_")))
}

/// Whether a request for a token has what the challenge of its code was made of (section 4.6).
pub(super) fn verify(parameters: &Parameters, challenge: Option<&str>) -> Result<(), Problem> {
    let verifier = match parameters.get("code_verifier") {
        None => {
            return Err(Problem::invalid_request("code_verifier is required for PKCE authorization requests"));
        }
        Some(Given::Other) => return Err(Problem::invalid_request("code_verifier is not a string")),
        Some(Given::Text(verifier)) => verifier,
    };
    if !(43..=128).contains(&verifier.len()) {
        return Err(Problem::invalid_request("code_verifier must be between 43 and 128 characters"));
    }
    let made = base64_simd::URL_SAFE_NO_PAD.encode_to_string(Sha256::digest(verifier));
    if challenge.is_some_and(|challenge| same(challenge, &made)) {
        return Ok(());
    }
    Err(Problem::new("invalid_grant", "Invalid code"))
}
