//! `cargo xtask openapi`: writes `docs/openapi.json` anew, as the gateway itself prints it.
//!
//! A test of the gateway fails while that file is out of date, so nothing has to be compared here.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::problems::Problems;

/// The document, from the root of the workspace.
const DOCUMENT: &str = "docs/openapi.json";

/// Builds the gateway, asks it, and keeps what it says.
pub(crate) fn task(root: &Path, _: &[String]) -> Result<(), Problems> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--release", "--quiet", "--package", "gibbon", "--", "openapi"]);
    let output = command.current_dir(root).stderr(Stdio::inherit()).output();
    let written = match output {
        Ok(output) if output.status.success() => fs::write(root.join(DOCUMENT), output.stdout),
        Ok(output) => return Problems::one(format!("gibbon openapi: {}", output.status)).into_result(),
        Err(error) => return Problems::one(format!("cannot run cargo: {error}")).into_result(),
    };
    written.map_or_else(|error| Problems::one(format!("{DOCUMENT}: {error}")).into_result(), |()| Ok(()))
}
