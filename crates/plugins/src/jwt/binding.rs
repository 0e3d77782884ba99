//! Tokens that are bound to a key of their holder, so that whoever steals one cannot use it: to a key that signs a proof with each
//! request (DPoP, RFC 9449), or to the certificate of the connection (RFC 8705).

mod certificate;
mod proof;

use std::sync::Arc;

use gibbon_entities::{Body, BodyError, UnknownName};
use gibbon_jose::Contents;
use gibbon_jose::json::JsonValue;
use gibbon_plugin_api::{Node, RequestCx};
use gibbon_schema::{Field, field as named};

use super::replay::Seen;
pub(super) use proof::{ALGORITHMS as PROOF_ALGORITHMS, presented};

/// The proofs that a node has seen: 100,000 of them, some 4 MB.
type Proofs = Seen<100_000>;

/// What is demanded of tokens.
pub(super) struct Binding {
    demand: Demand,
    seen: Arc<Proofs>,
}

/// Whether tokens have to be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// Those that are must be held by their holder; others are as ever.
    Accepted,
    /// All of them have to be.
    Required,
}

/// Why a token is not its bearer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotBound {
    /// It is bound to nothing, and has to be.
    Unbound,
    /// It is bound in a way that is not known here.
    Unknown,
    /// It is bound to another certificate, or the connection has none.
    Certificate,
    /// It is not sent as a DPoP token, or without a proof.
    NoProof,
    /// The proof is none, or of another request, token or time.
    BadProof,
    /// The proof was seen before.
    Replayed,
}

impl std::str::FromStr for Demand {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "accepted" => Ok(Self::Accepted),
            "required" => Ok(Self::Required),
            _ => Err(UnknownName),
        }
    }
}

/// The field `bound_tokens` of the plugin.
pub(super) fn config_field() -> Field {
    named("bound_tokens").string().one_of(["accepted", "required"]).absent_while_unset().describe(
        "Whether tokens that are bound to a key or a certificate (`cnf`) are accepted from its holder alone, or all tokens \
         have to be bound. Without it, `cnf` is not looked at.",
    )
}

impl Binding {
    /// Whether the request is of the holder of the token.
    pub(super) fn check(&self, cx: &RequestCx<'_>, contents: &Contents) -> Result<(), NotBound> {
        let Some(confirmation) = contents.claims().get("cnf").filter(|cnf| !matches!(cnf, JsonValue::Null)) else {
            return if self.demand == Demand::Required { Err(NotBound::Unbound) } else { Ok(()) };
        };
        let member =
            |name: &str| confirmation.get(name).map(|value| value.as_str().ok_or(NotBound::Unknown)).transpose();
        let (key, certificate) = (member("jkt")?, member("x5t#S256")?);
        if key.is_none() && certificate.is_none() {
            return Err(NotBound::Unknown);
        }
        if let Some(thumbprint) = certificate {
            certificate::check(cx, &thumbprint)?;
        }
        match key {
            Some(thumbprint) => proof::check(cx, &thumbprint, &self.seen),
            None => Ok(()),
        }
    }
}

/// A demand as it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demanded(Demand);

impl Demanded {
    /// `None` where nothing is demanded.
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        match config.optional_text("bound_tokens")? {
            None => Ok(None),
            Some(_) => config.parsed("bound_tokens").map(|demand| Some(Self(demand))),
        }
    }

    /// The demand, with what the node has seen.
    pub(super) fn on(self, node: &Node) -> Binding {
        Binding { demand: self.0, seen: node.live.get() }
    }
}
