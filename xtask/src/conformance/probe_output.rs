//! Which steps passed, read from what the probe prints: it lists every scenario, and each step that differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::problems::Problems;

/// A recorded exchange: the scenario and the number of the step in it, counted from 1.
pub(super) type Step = (String, usize);

/// How many steps each scenario of `golden` has.
pub(super) fn recorded_steps(golden: &Path) -> Result<BTreeMap<String, usize>, Problems> {
    let unreadable =
        |error: &dyn std::fmt::Display| Problems::one(format!("cannot read `{}`: {error}", golden.display()));
    let mut scenarios = BTreeMap::new();
    for entry in fs::read_dir(golden).map_err(|error| unreadable(&error))? {
        let path = entry.map_err(|error| unreadable(&error))?.path();
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
        let steps: Vec<Value> = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        scenarios.insert(name, steps.len());
    }
    Ok(scenarios)
}

/// The steps of the scenarios that ran, less those that `output` lists as different.
pub(super) fn passing(output: &str, recorded: &BTreeMap<String, usize>) -> BTreeSet<Step> {
    let mut passing = BTreeSet::new();
    let mut scenario = "";
    for line in output.lines() {
        if let Some(name) = scenario_line(line) {
            scenario = name;
            let steps = recorded.get(name).copied().unwrap_or_default();
            passing.extend((1..=steps).map(|step| (name.to_owned(), step)));
        } else if let Some(step) = different_step(line) {
            passing.remove(&(scenario.to_owned(), step));
        }
    }
    passing
}

/// `ok   01_name: 11/11` or `DIFF 02_name: 3/12`.
fn scenario_line(line: &str) -> Option<&str> {
    line.strip_prefix("ok   ").or_else(|| line.strip_prefix("DIFF "))?.split(':').next()
}

/// `      7 GET /path  [label]`: four columns and a number in three more. Deeper lines say how it differs, and a line
/// about additional exchanges names no step.
fn different_step(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("    ").filter(|_| !line.ends_with("exchanges more than were recorded"))?;
    let (number, request) = rest.trim_start().split_once(' ')?;
    let in_its_column = rest.len() - request.len() - 1 == 3.max(number.len());
    number.parse().ok().filter(|_| in_its_column)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
ok   01_guide: 2/2
DIFF 02_lab: 1/3
      2 GET /kong/healthy  [expired]
          status: want 401, got 200
          body.exp: want \"token expired\", got 3 things
    103 GET /far  [no such step]
      3 GET   [SETUP FAILED]
          not reached
    4 exchanges more than were recorded
3 of 5 exchanges the same (60.0 %)
";

    fn steps(list: &[(&str, usize)]) -> BTreeSet<Step> {
        list.iter().map(|(name, step)| ((*name).to_owned(), *step)).collect()
    }

    fn recorded() -> BTreeMap<String, usize> {
        [("01_guide", 2), ("02_lab", 3), ("03_other", 9)].map(|(name, steps)| (name.to_owned(), steps)).into()
    }

    #[test]
    fn what_is_not_listed_as_different_passes() {
        assert_eq!(passing(OUTPUT, &recorded()), steps(&[("01_guide", 1), ("01_guide", 2), ("02_lab", 1)]));
    }

    #[test]
    fn a_scenario_that_did_not_run_does_not_pass() {
        assert!(!passing(OUTPUT, &recorded()).iter().any(|(name, _)| name == "03_other"));
    }

    #[test]
    fn a_difference_in_a_body_is_not_taken_for_a_step() {
        assert_eq!(different_step("          4 things"), None);
        assert_eq!(different_step("    4 exchanges more than were recorded"), None);
        assert_eq!(different_step("    123 GET /x  []"), Some(123));
        assert_eq!(different_step("     12 GET /x  []"), Some(12));
    }
}
