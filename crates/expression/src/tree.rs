//! Comparisons, joined.

use crate::expression::Outcome;
use crate::facts::Facts;
use crate::test::Test;

/// What is true or not of a request.
#[derive(Debug)]
pub(crate) enum Tree {
    /// All of them, asked in their order until one is false.
    All(Box<[Tree]>),
    /// One of them, asked in their order until one is true.
    Any(Box<[Tree]>),
    Not(Box<Tree>),
    Test(Test),
}

impl Tree {
    pub(crate) fn holds(&self, facts: &impl Facts, outcome: &mut Outcome) -> bool {
        match self {
            Self::All(list) => list.iter().all(|tree| tree.holds(facts, outcome)),
            Self::Any(list) => list.iter().any(|tree| tree.holds(facts, outcome)),
            Self::Not(tree) => !tree.holds(facts, outcome),
            Self::Test(test) => test.holds(facts, outcome),
        }
    }
}
