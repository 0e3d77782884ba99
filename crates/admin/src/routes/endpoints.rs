//! `GET /endpoints`: every path of the Admin API.

use serde_json::json;

use crate::answer::Answer;

/// Sorts segment by segment: what is below a path comes before what only begins like it.
pub(crate) fn list(mut paths: Vec<String>) -> Answer {
    paths.sort_unstable_by(|a, b| a.split('/').cmp(b.split('/')));
    paths.dedup();
    Answer::ok(json!({ "data": paths }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_a_path_comes_before_its_longer_neighbours() {
        let paths = ["/tags-a", "/tags/{tags}", "/", "/tags", "/a", "/tags"].map(str::to_owned).to_vec();
        let expected = ["/", "/a", "/tags", "/tags/{tags}", "/tags-a"];
        assert_eq!(list(paths), Answer::ok(json!({ "data": expected })));
    }
}
