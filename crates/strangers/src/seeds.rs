//! Inputs for libFuzzer to start from: it would be long in finding a head or a token of its own.

use std::path::Path;
use std::{fs, io};

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Reason, TestRunner};

use crate::Target;

/// So many inputs of a target.
pub fn of(target: &Target, count: usize) -> Result<Vec<Vec<u8>>, Reason> {
    let inputs = (target.inputs)();
    let mut runner = TestRunner::default();
    (0..count).map(|_| Ok(inputs.new_tree(&mut runner)?.current())).collect()
}

/// Writes them, a file each, into the target's folder of a corpus.
pub fn write(target: &Target, count: usize, corpus: &Path) -> io::Result<()> {
    let folder = corpus.join(target.name);
    fs::create_dir_all(&folder)?;
    let seeds = of(target, count).map_err(|reason| io::Error::other(reason.message().to_owned()))?;
    (1..).zip(seeds).try_for_each(|(number, seed)| fs::write(folder.join(format!("seed-{number}")), seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TARGETS;

    #[test]
    fn there_are_seeds_of_every_target_and_they_hold() {
        for target in TARGETS {
            let seeds = of(target, 3).unwrap();
            assert_eq!(seeds.len(), 3);
            seeds.iter().for_each(|seed| (target.check)(seed));
        }
    }
}
