//! The given values of all sources, and the reading of typed ones from them.

use crate::error::{ConfError, Origin, Warning};
use crate::key::{Key, KeyDoc};
use gibbon_vault::{Vaults, is_reference};
use std::borrow::Cow;
use std::collections::HashMap;

/// Which source wins: a later one over an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    File,
    KongEnvironment,
    GibbonEnvironment,
    CommandLine,
}

/// A value that a user gave. No `Debug`: it may be a password.
pub(crate) struct Given {
    pub(crate) value: String,
    pub(crate) origin: Origin,
    pub(crate) rank: Rank,
}

/// Reads keys one by one and collects everything that is wrong on the way.
#[derive(Default)]
pub(crate) struct Reader {
    given: HashMap<String, Given>,
    pub(crate) errors: Vec<ConfError>,
    pub(crate) warnings: Vec<Warning>,
    /// Where references in values are looked up; `None` until it is known how.
    pub(crate) vaults: Option<Vaults>,
    #[cfg(test)]
    pub(crate) read: Vec<&'static str>,
}

impl Reader {
    /// Takes a value in; of two for one key, the higher rank stays, and of two of one rank the later.
    pub(crate) fn give(&mut self, key: String, given: Given) {
        match self.given.get(&key) {
            Some(present) if present.rank > given.rank => {}
            _ => drop(self.given.insert(key, given)),
        }
    }

    /// Everything that was given, ordered by key so that messages are the same each time.
    pub(crate) fn all(&self) -> Vec<(&str, &Given)> {
        let mut all: Vec<_> = self.given.iter().map(|(key, given)| (key.as_str(), given)).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    /// The value of a key: the given one, or the default where none, an empty or a wrong one was given.
    /// A wrong one is remembered, so the default only bridges the gap until all errors are reported.
    pub(crate) fn read<T>(&mut self, key: &Key<T>) -> T {
        self.read_given(key).unwrap_or_else(|| default(key))
    }

    /// The value of a key whose default depends on something else.
    pub(crate) fn read_given<T>(&mut self, key: &Key<T>) -> Option<T> {
        #[cfg(test)]
        self.read.push(key.doc.name);
        let name = self.effective(&key.doc)?;
        let given = self.given.get(name)?;
        let parsed = resolve(self.vaults.as_ref(), name, given).and_then(|value| {
            // A message never holds what came from a vault, only the reference.
            (key.parse)(&value).map_err(|reason| value_error(name, &key.doc, given, reason))
        });
        parsed.map_err(|error| self.errors.push(error)).ok()
    }

    /// The value of a key as it was written, or as its default would be.
    pub(crate) fn text(&mut self, key: &KeyDoc) -> &str {
        let given = self.effective(key).and_then(|name| self.given.get(name));
        given.map_or(key.default, |given| &given.value)
    }

    /// What was written for a key that need not be declared.
    pub(crate) fn given_text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(|given| given.value.as_str())
    }

    /// Remembers that a value is wrong for a reason that its parser cannot know.
    pub(crate) fn refuse<T>(&mut self, key: &Key<T>, reason: String) {
        let error = match self.effective(&key.doc).and_then(|name| Some((name, self.given.get(name)?))) {
            Some((name, given)) => value_error(name, &key.doc, given, reason),
            None => ConfError::Value {
                key: key.doc.name,
                value: key.doc.default.to_owned(),
                origin: Origin::Default,
                reason,
            },
        };
        self.errors.push(error);
    }

    /// Whether a user gave a value for the key.
    pub(crate) fn is_given<T>(&mut self, key: &Key<T>) -> bool {
        self.effective(&key.doc).is_some()
    }

    /// Warns about those keys that were given another value than their default, and are not used.
    pub(crate) fn warn_unused(&mut self, keys: &[KeyDoc], reason: &'static str) {
        let mut unused = Vec::new();
        for key in keys {
            let given = self.effective(key).and_then(|name| self.given.get(name));
            if let Some(given) = given.filter(|given| given.value != key.default) {
                unused.push((key.name.to_owned(), given.origin.clone()));
            }
        }
        if !unused.is_empty() {
            self.warnings.push(Warning::NoEffect { keys: unused, reason });
        }
    }

    /// Where the value of a key comes from.
    pub(crate) fn origin<T>(&mut self, key: &Key<T>) -> Origin {
        let name = self.effective(&key.doc);
        name.and_then(|name| self.given.get(name)).map_or(Origin::Default, |given| given.origin.clone())
    }

    /// Under which of its names a key was given. Of several, the source that wins decides, then the key's own name;
    /// a name that loses within one source to another value is probably a mistake, so it is warned about.
    fn effective(&mut self, key: &KeyDoc) -> Option<&'static str> {
        let mut best: Option<(&'static str, Rank)> = None;
        for name in std::iter::once(key.name).chain(key.aliases.iter().copied()) {
            let Some(given) = self.given.get(name).filter(|given| !given.value.is_empty()) else { continue };
            match best {
                Some((by, rank)) if rank == given.rank => {
                    if self.given.get(by).is_some_and(|winner| winner.value == given.value) {
                        continue;
                    }
                    let warning = Warning::Shadowed { key: name, origin: given.origin.clone(), by };
                    if !self.warnings.contains(&warning) {
                        self.warnings.push(warning);
                    }
                }
                Some((_, rank)) if rank > given.rank => {}
                _ => best = Some((name, given.rank)),
            }
        }
        best.map(|(name, _)| name)
    }
}

/// The value itself, or what a reference stands for.
fn resolve<'g>(vaults: Option<&Vaults>, key: &'static str, given: &'g Given) -> Result<Cow<'g, str>, ConfError> {
    if !is_reference(&given.value) {
        return Ok(Cow::Borrowed(&given.value));
    }
    let origin = given.origin.clone();
    match vaults.map(|vaults| vaults.get(&given.value)) {
        None => Err(ConfError::VaultKey { key, origin }),
        Some(Ok(value)) => Ok(Cow::Owned(value)),
        Some(Err(source)) => Err(ConfError::Vault { key, reference: given.value.clone(), origin, source }),
    }
}

/// What stands in a message instead of a value that is not repeated.
const NOT_SHOWN: &str = "…";

/// What stands in a message instead of a reason, which may quote the value.
const OF_A_VAULT: &str = "what it stands for is no value of this key";

fn value_error(key: &'static str, doc: &KeyDoc, given: &Given, reason: String) -> ConfError {
    let value = if doc.secret { NOT_SHOWN.to_owned() } else { given.value.clone() };
    let reason = if is_reference(&given.value) { OF_A_VAULT.to_owned() } else { reason };
    ConfError::Value { key, value, origin: given.origin.clone(), reason }
}

fn default<T>(key: &Key<T>) -> T {
    let value = (key.parse)(key.doc.default);
    #[expect(clippy::expect_used, reason = "a test loads a configuration that consists of defaults only")]
    value.expect("the default of a key is a value of that key")
}

#[cfg(test)]
mod tests {
    use super::{Given, Rank, Reader};
    use crate::error::{Origin, Warning};
    use crate::key::{Key, Kind};
    use gibbon_vault::{Variables, Vaults};

    const KEY: Key<u32> = Key::new("size", "7", Kind::Count, crate::size::count, "A key.").also(&["old_size"]);

    type Setting<'t> = (&'t str, &'t str, Rank);

    fn reader(given: &[Setting<'_>]) -> Reader {
        let mut reader = Reader::default();
        for (key, value, rank) in given {
            let given = Given { value: (*value).to_owned(), origin: Origin::Option("-x"), rank: *rank };
            reader.give((*key).to_owned(), given);
        }
        reader
    }

    #[test]
    fn the_strongest_source_wins_under_whatever_name_it_comes() {
        use Rank::{CommandLine, File, GibbonEnvironment, KongEnvironment};
        let cases: [(&[Setting<'_>], u32); 9] = [
            (&[], 7),
            (&[("size", "1", File)], 1),
            (&[("size", "", File)], 7),
            (&[("size", "1", File), ("size", "2", File)], 2),
            (&[("size", "2", KongEnvironment), ("size", "1", File)], 2),
            (&[("size", "3", GibbonEnvironment), ("size", "2", KongEnvironment)], 3),
            (&[("size", "3", GibbonEnvironment), ("size", "4", CommandLine)], 4),
            (&[("size", "1", File), ("old_size", "2", KongEnvironment)], 2),
            (&[("size", "1", File), ("old_size", "2", File)], 1),
        ];
        for (given, expected) in cases {
            assert_eq!(reader(given).read(&KEY), expected);
        }
    }

    #[test]
    fn two_names_in_one_source_are_warned_about_once() {
        let mut reader = reader(&[("size", "1", Rank::File), ("old_size", "2", Rank::File)]);
        reader.read(&KEY);
        reader.origin(&KEY);
        let expected = Warning::Shadowed { key: "old_size", origin: Origin::Option("-x"), by: "size" };
        assert_eq!(reader.warnings, [expected]);
    }

    #[test]
    fn two_names_that_say_the_same_are_not_warned_about() {
        let mut reader = reader(&[("size", "1", Rank::File), ("old_size", "1", Rank::File)]);
        assert_eq!(reader.read(&KEY), 1);
        assert_eq!(reader.warnings, []);
    }

    #[test]
    fn a_wrong_value_is_remembered_and_bridged() {
        let mut reader = reader(&[("old_size", "many", Rank::File)]);
        assert_eq!(reader.read(&KEY), 7);
        assert!(reader.errors[0].to_string().contains("`old_size` cannot be `many`"));
    }

    fn with_vaults(value: &str, variables: &[(&str, &str)]) -> Reader {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let vaults = Some(Vaults::new(Variables::new(variables)));
        Reader { vaults, ..reader(&[("size", value, Rank::File)]) }
    }

    #[test]
    fn a_reference_gives_the_value_that_the_vault_holds_and_stays_the_text() {
        let mut reader = with_vaults("{vault://env/the-size}", &[("THE_SIZE", "12")]);
        assert_eq!(reader.read(&KEY), 12);
        assert_eq!(reader.text(&KEY.doc), "{vault://env/the-size}");
    }

    #[test]
    fn a_reference_to_nothing_is_an_error() {
        let mut reader = with_vaults("{vault://env/the-size}", &[]);
        reader.read(&KEY);
        let expected = "-x: `size`: cannot resolve `{vault://env/the-size}`: could not get value from external vault (no \
                        value found)";
        assert_eq!(reader.errors[0].to_string(), expected);
    }

    #[test]
    fn a_wrong_value_from_a_vault_is_not_shown() {
        let mut reader = with_vaults("{vault://env/the-size}", &[("THE_SIZE", "hunter2")]);
        reader.read(&KEY);
        let error = reader.errors[0].to_string();
        assert!(error.contains("`size` cannot be `{vault://env/the-size}`") && !error.contains("hunter2"), "{error}");
        const LIST: Key<Vec<u32>> =
            Key::new("size", "", Kind::List, |text| crate::list::parse_each(text, crate::size::count), "A key.");
        reader.read(&LIST);
        let error = reader.errors[1].to_string();
        assert!(error.ends_with("what it stands for is no value of this key"), "{error}");
    }

    #[test]
    fn the_value_of_a_secret_is_not_repeated() {
        const SECRET: Key<u32> = Key::new("code", "7", Kind::Count, crate::size::count, "A key.").secret();
        let mut reader = reader(&[("code", "hunter2", Rank::File)]);
        reader.read(&SECRET);
        let message = reader.errors[0].to_string();
        assert!(message.contains("`code` cannot be `…`") && !message.contains("hunter2"), "{message}");
    }

    #[test]
    fn before_the_vaults_are_known_nothing_can_be_a_reference() {
        let mut reader = reader(&[("size", "{vault://env/size}", Rank::File)]);
        assert_eq!(reader.read(&KEY), 7);
        assert!(reader.errors[0].to_string().contains("cannot be a reference"));
    }
}
