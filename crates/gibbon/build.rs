//! Tells the binary which versions of the crates below it were compiled in, for `gibbon version -a`.

use std::path::Path;
use std::process::Command;

/// The crates worth knowing in a bug report, with the variable that holds the version of each. `cargo run` hands these
/// variables to the gateway, which takes whatever begins with `GIBBON_` for a setting: so they begin otherwise.
const CRATES: [(&str, &str); 4] = [
    ("hyper", "COMPILED_HYPER_VERSION"),
    ("tokio", "COMPILED_TOKIO_VERSION"),
    ("aws-lc-rs", "COMPILED_AWS_LC_RS_VERSION"),
    ("libsqlite3-sys", "COMPILED_LIBSQLITE3_SYS_VERSION"),
];

fn main() {
    let lock = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
    let text = std::fs::read_to_string(&lock).unwrap_or_default();
    for (name, variable) in CRATES {
        println!("cargo::rustc-env={variable}={}", locked(&text, name));
    }
    println!("cargo::rustc-env=COMPILED_RUSTC_VERSION={}", rustc());
}

/// The version that stands below the name of a package in `Cargo.lock`.
fn locked<'t>(lock: &'t str, name: &str) -> &'t str {
    let heading = format!("name = \"{name}\"\nversion = \"");
    let version = lock.split_once(&heading).and_then(|(_, rest)| rest.split_once('"')).map(|(version, _)| version);
    version.unwrap_or("unknown")
}

fn rustc() -> String {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = Command::new(compiler).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let text = String::from_utf8_lossy(&output);
    text.split_ascii_whitespace().nth(1).unwrap_or("unknown").to_owned()
}
