//! Puts the pages that `ui/` has been built into (`ui/dist/site`) into a table of files, each as it is and compressed. Where
//! nothing has been built the table is empty: a gateway can be had without Node.

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

/// Compressed copies lie beside a file, under its name and one of these.
const COMPRESSED: [&str; 2] = ["br", "gz"];

fn main() -> io::Result<()> {
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")).join("../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    // A path that is not there would make cargo build this crate anew each time.
    if dist.is_dir() {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let site = dist.join("site");
    let output = PathBuf::from(variable("OUT_DIR"));
    let mut files = Vec::new();
    if site.is_dir() {
        collect(&site, &mut files)?;
    }
    files.sort();
    let mut table = String::from("pub(crate) const FILES: &[File] = &[\n");
    for path in &files {
        write_row(&mut table, &site, path, &output)?;
    }
    table.push_str("];\n");
    fs::write(output.join("files.rs"), table)
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // What the build notes down for itself.
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if path.is_dir() {
            collect(&path, files)?;
        } else if !COMPRESSED.contains(&kind) {
            files.push(path);
        }
    }
    Ok(())
}

/// A file, under its path below the site, with an entity tag of its content.
fn write_row(table: &mut String, site: &Path, path: &Path, output: &Path) -> io::Result<()> {
    let mut hasher = DefaultHasher::new();
    hasher.write(&fs::read(path)?);
    let name = path.strip_prefix(site).map_err(io::Error::other)?.display().to_string();
    let kept = output.join("site").join(&name);
    fs::create_dir_all(kept.parent().unwrap_or(output))?;
    let plain = keep(path, &kept)?;
    let [brotli, gzip] = COMPRESSED.map(|kind| {
        let [copy, kept] = [path, &kept].map(|path| PathBuf::from(format!("{}.{kind}", path.display())));
        keep(&copy, &kept).map_or_else(|_| "None".to_owned(), |bytes| format!("Some({bytes})"))
    });
    let row = format!("path: {name:?}, tag: \"\\\"{:016x}\\\"\", plain: {plain}", hasher.finish());
    writeln!(table, "    File {{ {row}, brotli: {brotli}, gzip: {gzip} }},").map_err(io::Error::other)
}

/// The bytes of a file, from a copy of this build's own: the next build of the pages takes the files away.
fn keep(path: &Path, kept: &Path) -> io::Result<String> {
    fs::copy(path, kept)?;
    Ok(format!("include_bytes!({:?})", kept.display().to_string()))
}
