//! The committed documents say what the declarations say. `UPDATE=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::path::Path;

fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, expected).unwrap();
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(present == expected, "docs/{name} is out of date: run this test once with UPDATE=1");
}

#[test]
fn the_reference_page_is_up_to_date() {
    check("configuration.md", &gibbon_conf::configuration_page());
}

#[test]
fn the_sample_file_is_up_to_date() {
    check("gibbon.conf.default", &gibbon_conf::sample_file());
}

#[test]
fn the_sample_file_with_every_key_switched_on_is_a_valid_configuration_without_warnings() {
    let sample = gibbon_conf::sample_file();
    let live: String =
        sample.lines().filter_map(|line| line.strip_prefix('#')).map(|line| format!("{line}\n")).collect();
    let settings: Vec<_> = live.lines().filter(|line| !line.starts_with([' ', '#']) && line.contains(" =")).collect();
    assert_eq!(settings.len(), gibbon_conf::keys().count());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gibbon.conf");
    std::fs::write(&path, settings.join("\n")).unwrap();
    let machine = gibbon_conf::Machine { user: gibbon_conf::User::Root, cores: 2, folder: "/".into() };
    let file = gibbon_conf::ConfFile::At(path);
    let loaded = gibbon_conf::load(&gibbon_conf::Sources { file, env: vec![], options: vec![], machine }).unwrap();
    assert_eq!(loaded.warnings, []);
    assert_eq!(loaded.conf.proxy.listeners.len(), 2);
}
