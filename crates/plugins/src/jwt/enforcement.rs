//! Whether what is found wrong with a token is enforced, or only counted: for whoever wants to know what a rule would do
//! before it does it.

use std::net::IpAddr;

use ahash::RandomState;
use gibbon_entities::{Body, BodyError};
use gibbon_schema::{Field, field};

/// How a configuration is enforced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Enforcement {
    /// For everybody.
    Full,
    /// For a share of the clients; what the others are is counted.
    Partial {
        /// How many clients in ten thousand.
        share: u64,
        manner: Manner,
    },
}

/// What is done with a request that would have been refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It passes, and the client is told that it would not have.
    Warn,
    /// It passes.
    Shadow,
}

/// All clients.
const ALL: u64 = 10_000;

impl Enforcement {
    pub(super) fn read(config: Body<'_>) -> Result<Self, BodyError> {
        let manner = match config.optional_text("enforcement")? {
            Some("warn") => Manner::Warn,
            Some("shadow") => Manner::Shadow,
            _ => return Ok(Self::Full),
        };
        let percentage = config.number("enforced_percentage", 0.0)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the schema bounds it: 0 to 100")]
        let share = (percentage * 100.0) as u64;
        Ok(Self::Partial { share, manner })
    }

    /// Whether the requests of a client are enforced. That is the same for all of them, and on all nodes.
    pub(super) fn holds_for(self, client: IpAddr) -> bool {
        match self {
            Self::Full => true,
            Self::Partial { share, .. } => {
                RandomState::with_seeds(0x67, 0x69, 0x62, 0x62).hash_one(client) % ALL < share
            }
        }
    }

    /// Whether clients are told what would have become of their requests.
    pub(super) fn warns(self) -> bool {
        matches!(self, Self::Partial { manner: Manner::Warn, .. })
    }
}

/// What can be configured of it. All of it is Gibbon's own.
pub(super) fn fields() -> Vec<Field> {
    let fields = [
        field("enforcement").string().one_of(["enforce", "warn", "shadow"]).describe(
            "Whether refused requests are refused (as they are unless this is set), or counted and let through.",
        ),
        field("enforced_percentage")
            .number()
            .between(0, 100)
            .describe("The share of clients, by address, for which `warn` and `shadow` enforce all the same."),
        field("log_decisions").boolean().describe("Whether logs say what the plugin has decided, and why."),
    ];
    fields.into_iter().map(Field::absent_while_unset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enforced(share: u64) -> usize {
        let enforcement = Enforcement::Partial { share, manner: Manner::Shadow };
        (0..10_000_u32).filter(|number| enforcement.holds_for(IpAddr::V4((*number).into()))).count()
    }

    #[test]
    fn a_share_of_the_clients_is_enforced() {
        assert_eq!((enforced(0), enforced(ALL)), (0, 10_000));
        let tenth = enforced(ALL / 10);
        assert!((800..1_200).contains(&tenth), "{tenth}");
    }

    #[test]
    fn a_client_that_is_enforced_stays_so_when_the_share_grows() {
        let is = |share, number: u32| {
            Enforcement::Partial { share, manner: Manner::Warn }.holds_for(IpAddr::V4(number.into()))
        };
        assert!((0..1_000).all(|number| !is(1_000, number) || is(2_000, number)));
    }
}
