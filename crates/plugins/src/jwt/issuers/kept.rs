//! What was fetched last, in files: a gateway that starts while an issuer is away knows its keys.
//!
//! The folder lies below the prefix of the node, so that every node has its own and writes it without asking anybody. A file
//! that is damaged, of another place or too old is as good as none.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::location::Location;
use super::source::LONGEST_STALE;

/// The folder, if there is one.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Option<Arc<Path>>);

/// A set as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Saved {
    /// When, in seconds since 1970.
    pub(super) fetched_at: i64,
    /// Its text.
    pub(super) body: String,
}

impl Kept {
    pub(super) fn new(folder: Option<Arc<Path>>) -> Self {
        Self(folder)
    }

    /// What was fetched from a place and may still be used.
    pub(super) fn read(&self, location: &Location, now: i64) -> Option<Saved> {
        let text = std::fs::read(self.file(location)?).ok()?;
        let kept: Value = serde_json::from_slice(&text).ok()?;
        let saved = Saved {
            fetched_at: kept.get("fetched_at")?.as_i64()?.min(now),
            body: kept.get("jwks")?.as_str()?.to_owned(),
        };
        let is_of_it = kept.get("of")?.as_str()? == of(location);
        (is_of_it && saved.fetched_at > now - LONGEST_STALE).then_some(saved)
    }

    /// Keeps it instead of what was kept before. Nobody waits for it, so a failure is only told.
    pub(super) fn write(&self, location: &Location, saved: &Saved) {
        let Some(file) = self.file(location) else { return };
        if let Err(error) = replace(
            &file,
            &json!({
                "of": of(location), "fetched_at": saved.fetched_at, "jwks": saved.body,
            }),
        ) {
            tracing::warn!(file = %file.display(), "the keys of an issuer cannot be kept for the next start: {error}");
        }
    }

    /// Deletes what is too old to be used.
    pub(super) fn tidy(&self) {
        let Some(entries) = self.0.as_deref().and_then(|folder| std::fs::read_dir(folder).ok()) else { return };
        let is_old = |entry: &std::fs::DirEntry| {
            let written = entry.metadata().and_then(|about| about.modified()).ok();
            let age = written.and_then(|at| at.elapsed().ok()).unwrap_or_default();
            i64::try_from(age.as_secs()).unwrap_or(i64::MAX) > LONGEST_STALE
        };
        entries.filter_map(Result::ok).filter(is_old).for_each(|entry| drop(std::fs::remove_file(entry.path())));
    }

    fn file(&self, location: &Location) -> Option<PathBuf> {
        let name = digest(&SHA256, of(location).as_bytes());
        let name: String = name.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(self.0.as_ref()?.join(name).with_extension("json"))
    }
}

/// The place in one text.
fn of(location: &Location) -> String {
    match location {
        Location::Jwks(url) => format!("jwks {url}"),
        Location::Discovery { document, issuer } => format!("discovery {document} {issuer}"),
    }
}

/// Writes a file beside and puts it in the place of the old one: whoever reads sees the one or the other.
fn replace(file: &Path, content: &Value) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(&beside)?.write_all(content.to_string().as_bytes())?;
    std::fs::rename(&beside, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_700_000_000;

    fn saved(fetched_at: i64) -> Saved {
        Saved { fetched_at, body: r#"{"keys":[]}"#.into() }
    }

    #[test]
    fn what_was_kept_is_there_until_it_is_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(Some(folder.path().join("keys").into()));
        let place = Location::jwks("https://a.example/jwks");
        assert_eq!(kept.read(&place, NOW), None);
        kept.write(&place, &saved(NOW));
        kept.write(&place, &saved(NOW + 1));
        assert_eq!(kept.read(&place, NOW + 2), Some(saved(NOW + 1)));
        assert_eq!(kept.read(&Location::jwks("https://b.example/jwks"), NOW + 2), None);
        assert_eq!(kept.read(&place, NOW + 1 + LONGEST_STALE), None);
        assert_eq!(kept.read(&place, NOW - 9), Some(saved(NOW - 9)), "a clock that was set back");
    }

    #[test]
    fn a_damaged_file_and_no_folder_are_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(Some(folder.path().into()));
        let place = Location::jwks("https://a.example/jwks");
        for text in ["", "[]", r#"{"fetched_at":1}"#, r#"{"of":"jwks x","fetched_at":1700000000,"jwks":"{}"}"#] {
            std::fs::write(kept.file(&place).unwrap(), text).unwrap();
            assert_eq!(kept.read(&place, NOW), None, "{text}");
        }
        Kept::default().write(&place, &saved(NOW));
        assert_eq!(Kept::default().read(&place, NOW), None);
    }
}
