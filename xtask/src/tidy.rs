//! What clippy cannot check: how long files are, what they are called, what manifests and documents must say.

mod documents;
mod lengths;
mod manifests;
mod names;
mod tree;
mod unfinished;

use std::path::Path;

use crate::problems::Problems;

/// `cargo xtask tidy`.
pub(crate) fn task(root: &Path, _: &[String]) -> Result<(), Problems> {
    let files = tree::read(root)?;
    for warning in lengths::warnings(&files) {
        println!("warning: {warning}");
    }
    let mut problems = Problems::default();
    for check in [lengths::check, names::check, unfinished::check, manifests::check, documents::check] {
        problems.append(check(&files));
    }
    problems.into_result()
}
