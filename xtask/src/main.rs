//! The project's own checks, as one program that needs nothing but Rust: `cargo xtask <task>`.
//!
//! `test` runs everything; the other tasks are the checks that clippy cannot make, each callable alone. xtask
//! knows the tree (folders, manifests, documents) and no crate of the gateway. Start reading at [`TASKS`].
#![expect(clippy::print_stdout, reason = "the tasks talk to whoever runs them")]

mod conformance;
mod floors;
mod licences;
mod metadata;
mod openapi;
mod problems;
mod suite;
mod tidy;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use problems::Problems;

/// A task: its name, one line of help, and what it does with the arguments after its name.
type Task = (&'static str, &'static str, fn(&Path, &[String]) -> Result<(), Problems>);

const TASKS: &[Task] = &[
    ("test", "every check, every test and the examples; names what it skips", suite::task),
    ("floors", "a crate uses only crates of a lower floor", floors::task),
    ("tidy", "lengths, names, manifests, documents", tidy::task),
    ("licences", "licences of all dependencies, banned crates", licences::task),
    ("openapi", "writes docs/openapi.json anew", openapi::task),
    ("conformance", "<suite folder>: recorded exchanges against a fresh gateway", conformance::task),
];

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let Some((_, _, run)) = TASKS.iter().find(|(task, ..)| *task == name) else {
        println!("usage: cargo xtask <task>\n");
        for (task, help, _) in TASKS {
            println!("  {task:<12} {help}");
        }
        return ExitCode::FAILURE;
    };
    match run(&workspace_root(), &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            println!("{problems}");
            ExitCode::FAILURE
        }
    }
}

/// The folder above this package, so that tasks work from any working folder.
fn workspace_root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}
