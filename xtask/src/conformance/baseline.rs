//! The steps that passed before: a line each, so that a change of the file reads as what was gained.

use std::collections::BTreeSet;
use std::fmt;

use super::probe_output::Step;
use crate::problems::Problems;

const HEAD: &str = "\
# Recorded exchanges that Gibbon answers as the reference does: scenario and step.
# Written by `cargo xtask conformance`, which fails when a line of this list no longer passes.
";

/// The set of steps that passed before.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Baseline(BTreeSet<Step>);

/// What a run adds to a baseline and what it misses.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) gained: BTreeSet<Step>,
    pub(super) lost: BTreeSet<Step>,
}

impl Baseline {
    /// Reads the file. A line that is no step is as if it were not there: it can only make the list shorter.
    pub(super) fn parse(text: &str) -> Self {
        let step = |line: &str| {
            let (scenario, number) = line.split_once(' ')?;
            Some((scenario.to_owned(), number.trim().parse().ok()?))
        };
        Self(text.lines().filter_map(step).collect())
    }

    pub(super) fn compare(&self, passing: &BTreeSet<Step>) -> Change {
        Change { gained: passing - &self.0, lost: &self.0 - passing }
    }

    pub(super) fn with(&self, gained: &BTreeSet<Step>) -> Self {
        Self(&self.0 | gained)
    }
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        self.0.iter().try_for_each(|(scenario, step)| writeln!(f, "{scenario} {step}"))
    }
}

impl Change {
    /// A lost step is a problem; a gained one is not.
    pub(super) fn into_problems(self) -> Problems {
        let lost = self.lost.into_iter();
        lost.map(|(scenario, step)| format!("{scenario} step {step} passed before and does not now")).collect()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.gained.iter().try_for_each(|(scenario, step)| writeln!(f, "gained {scenario} {step}"))?;
        self.lost.iter().try_for_each(|(scenario, step)| writeln!(f, "LOST   {scenario} {step}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(list: &[(&str, usize)]) -> BTreeSet<Step> {
        list.iter().map(|(name, step)| ((*name).to_owned(), *step)).collect()
    }

    #[test]
    fn a_baseline_reads_back_what_it_writes() {
        let baseline = Baseline(steps(&[("01_a", 2), ("01_a", 10), ("02_b", 1)]));
        assert_eq!(Baseline::parse(&baseline.to_string()), baseline);
        assert!(baseline.to_string().ends_with("01_a 2\n01_a 10\n02_b 1\n"));
    }

    #[test]
    fn a_lost_step_is_a_problem_and_a_gained_one_is_not() {
        let change = Baseline(steps(&[("a", 1), ("a", 2)])).compare(&steps(&[("a", 2), ("a", 3)]));
        assert_eq!(change.to_string(), "gained a 3\nLOST   a 1\n");
        assert_eq!(change.into_problems().texts(), ["a step 1 passed before and does not now"]);
    }

    #[test]
    fn what_was_gained_joins_what_was_there() {
        let before = Baseline(steps(&[("a", 1)]));
        assert_eq!(before.with(&steps(&[("a", 2)])), Baseline(steps(&[("a", 1), ("a", 2)])));
    }
}
