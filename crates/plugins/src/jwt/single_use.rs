//! Tokens that are for one request: whoever copies one comes too late.
//!
//! A token counts as used when everything else has been found right, so that nobody uses it up by a request that is refused.

use std::str::FromStr;
use std::sync::Arc;

use gibbon_entities::{Body, BodyError, UnknownName};
use gibbon_jose::Contents;
use gibbon_plugin_api::{CountedWindow, CountersAway, Counting, Credential, Node, SharedCounters};
use gibbon_schema::{Field, field as named};
use sha2::{Digest as _, Sha256};

use super::refusal::Refusal;
use super::replay::{Seen, Taken};
use super::rules::Lack;
use super::steps::{Outcome, Step, Steps};
use crate::counting::policy::Nowhere;

/// The tokens that a node has seen: a million, some 40 MB.
type Tokens = Seen<1_000_000>;

/// For how many seconds longer than a token lives it is remembered in a place that nodes share: their clocks may differ.
const MARGIN: i64 = 60;

/// Where it is remembered that a token was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// In each node for itself.
    Node,
    /// In the database, for all nodes.
    Cluster,
}

impl FromStr for Memory {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "node" => Ok(Self::Node),
            "cluster" => Ok(Self::Cluster),
            _ => Err(UnknownName),
        }
    }
}

/// The field `single_use` of the plugin.
pub(super) fn config_field() -> Field {
    named("single_use").string().one_of(["node", "cluster"]).absent_while_unset().describe(
        "Whether a token, by its `jti`, is for one request, and where that is remembered until its `exp`: in each node, or in \
         the database for all of them.",
    )
}

/// What was read of a configuration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    memory: Memory,
    /// By how much clocks may differ, in seconds.
    leeway: f64,
}

/// See the module.
pub(super) struct SingleUse {
    seen: Arc<Tokens>,
    /// None where each node remembers for itself.
    shared: Option<Arc<dyn SharedCounters>>,
    leeway: f64,
}

/// A token that nobody has used on this node; whether on another one remains to be asked.
pub(super) struct Unused {
    window: CountedWindow,
    shared: Arc<dyn SharedCounters>,
}

impl Wanted {
    /// `None` where tokens may be used as often as anybody likes.
    pub(super) fn read(config: Body<'_>) -> Result<Option<Self>, BodyError> {
        if config.optional_text("single_use")?.is_none() {
            return Ok(None);
        }
        Ok(Some(Self { memory: config.parsed("single_use")?, leeway: config.number("leeway", 0.0)? }))
    }

    /// The same, with what the node has seen.
    pub(super) fn on(self, node: &Node) -> SingleUse {
        let shared = match self.memory {
            Memory::Node => None,
            Memory::Cluster => Some(node.counters.clone().unwrap_or_else(|| Arc::new(Nowhere))),
        };
        SingleUse { seen: node.live.get(), shared, leeway: self.leeway }
    }
}

impl SingleUse {
    /// Uses a token up. Where nodes share what they know, that has to be asked still.
    pub(super) fn take(
        &self,
        contents: &Contents,
        credential: &Credential,
        now: i64,
        steps: &mut impl Steps,
    ) -> Result<Option<Unused>, Refusal> {
        let claims = contents.claims();
        let name = claims.get_str("jti").filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Refusal::Rule(Lack::Claim("jti".into())))?;
        let own = claims.get_str("iss");
        let maker = own.as_deref().unwrap_or(&*credential.identifier);
        if steps.explains() {
            return self.look(maker, &name, now, steps).map(|()| None);
        }
        let until = self.end(contents);
        match (self.seen.take(maker, &name, until, now), &self.shared) {
            (Taken::Again, _) => Err(Refusal::Used),
            (Taken::NoRoom, None) => Err(Refusal::NotRemembered),
            (Taken::First, None) => Ok(None),
            (Taken::First | Taken::NoRoom, Some(shared)) => {
                Ok(Some(Unused { window: window(maker, &name, until), shared: Arc::clone(shared) }))
            }
        }
    }

    /// What an explanation tells: looking at a token does not use it up.
    fn look(&self, maker: &str, name: &str, now: i64, steps: &mut impl Steps) -> Result<(), Refusal> {
        let is_used = self.seen.has(maker, name, now);
        steps.note(|| {
            let step = Step::judged("`single_use`", Outcome::of(!is_used)).wanted("a token that was not used before");
            match (is_used, &self.shared) {
                (true, _) => step.remark("it was used on this node"),
                (false, None) => step.remark("nobody has used it on this node, and being explained does not use it"),
                (false, Some(_)) => step.remark("nobody has used it on this node; the others are not asked here"),
            }
        });
        if is_used { Err(Refusal::Used) } else { Ok(()) }
    }

    /// From when on the token is refused anyway.
    fn end(&self, contents: &Contents) -> i64 {
        // Without `exp` it would not have come so far; then it is remembered for ever.
        let exp = contents.exp().unwrap_or(f64::INFINITY);
        (exp.floor() + self.leeway).ceil() as i64
    }
}

impl Unused {
    /// Uses it up in the place that nodes share.
    pub(super) fn ask(self) -> Counting {
        self.shared.add(vec![self.window], 1)
    }
}

/// What the place that nodes share says of a token.
pub(super) fn judge(counted: &Result<Vec<i64>, CountersAway>) -> Result<(), Refusal> {
    match counted.as_deref() {
        Ok([1]) => Ok(()),
        Ok(_) => Err(Refusal::Used),
        Err(error) => {
            tracing::warn!("it cannot be told whether a token was used before: {error}");
            Err(Refusal::NotRemembered)
        }
    }
}

/// How a token is called there.
fn window(maker: &str, name: &str, until: i64) -> CountedWindow {
    let digest = Sha256::new().chain_update(maker).chain_update("\n").chain_update(name).finalize();
    let name = digest.iter().fold("jwt single use ".to_owned(), |name, byte| name + &format!("{byte:02x}"));
    CountedWindow { name, start: 0, expires_at: until.saturating_add(MARGIN) }
}
