//! The syntax of references: `{vault://<vault>/<resource>[/<key>][?<settings>][#<version>]}`.

use crate::VaultError;
use percent_encoding::percent_decode_str;

const START: &str = "{vault://";

/// Where a secret is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What the vault is, or the prefix of a definition.
    pub vault: String,
    /// What is asked for.
    pub resource: String,
    /// The member of the JSON object that the resource is.
    pub key: Option<String>,
    /// Settings of the vault for this one look, in the order in which they stand there.
    pub settings: Vec<(String, String)>,
    /// Which version of it; vaults count in their own ways.
    pub version: Option<u64>,
}

/// Whether a text has the outer form of a reference. One that has it may still be wrong inside.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    text.starts_with(START) && text.ends_with('}')
}

impl Reference {
    /// Takes a reference apart.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(text: &str) -> Result<Self, VaultError> {
        let inner = text.strip_prefix(START).and_then(|rest| rest.strip_suffix('}'));
        let inner = inner.ok_or_else(|| VaultError::NotAReference(text.to_owned()))?;
        let (rest, version) = cut(inner, '#');
        let (rest, query) = cut(rest, '?');
        let (vault, path) = rest.find('/').map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
        if vault.is_empty() {
            return Err(VaultError::NoVault(text.to_owned()));
        }
        let (resource, key) = match path {
            None => return Err(VaultError::NoPath(text.to_owned())),
            Some("") => return Err(VaultError::EmptyPath(text.to_owned())),
            Some(path) => split(path).ok_or_else(|| VaultError::InvalidPath(text.to_owned()))?,
        };
        let version = version.map(|digits| number(digits).ok_or_else(|| VaultError::InvalidVersion(text.to_owned())));
        let settings = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
        Ok(Self { vault: vault.to_owned(), resource, key, settings, version: version.transpose()? })
    }

    /// A setting of the reference itself.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What is before the first separator, and what is behind it.
fn cut(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

/// The last of several segments is a key; a single one is the resource.
fn split(path: &str) -> Option<(String, Option<String>)> {
    let mut segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
    let key = if segments.len() > 1 { segments.pop() } else { None };
    let resource = segments.join("/");
    (!resource.is_empty()).then_some((resource, key))
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn number(digits: &str) -> Option<u64> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{Reference, is_reference};
    use crate::VaultError;
    use proptest::proptest;

    fn parts(text: &str) -> (String, String, Option<String>, Option<u64>) {
        let Reference { vault, resource, key, version, .. } = Reference::parse(text).unwrap();
        (vault, resource, key, version)
    }

    #[test]
    fn a_reference_has_a_vault_a_resource_and_perhaps_more() {
        type Case = (&'static str, &'static str, &'static str, Option<&'static str>, Option<u64>);
        let cases: &[Case] = &[
            ("{vault://env/secret}", "env", "secret", None, None),
            ("{vault://my-vault/secret/key}", "my-vault", "secret", Some("key"), None),
            ("{vault://env/a/b/c}", "env", "a/b", Some("c"), None),
            ("{vault://env/secret/}", "env", "secret", None, None),
            ("{vault://env/secret#2}", "env", "secret", None, Some(2)),
            ("{vault://env/secret/key?prefix=SSL_#1}", "env", "secret", Some("key"), Some(1)),
            ("{vault://env/a%20b/c%2Fd}", "env", "a b", Some("c/d"), None),
        ];
        for (text, vault, resource, key, version) in cases {
            let expected = ((*vault).to_owned(), (*resource).to_owned(), key.map(str::to_owned), *version);
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn settings_stand_in_the_query() {
        let reference = Reference::parse("{vault://env/x?prefix=A_&other=1%2B1}").unwrap();
        assert_eq!((reference.setting("prefix"), reference.setting("other")), (Some("A_"), Some("1+1")));
        assert_eq!(reference.setting("ttl"), None);
    }

    #[test]
    fn what_is_no_reference_is_refused_in_kongs_words() {
        let cases = [
            ("secret", "not a reference [secret]"),
            ("{vault://env/x", "not a reference [{vault://env/x]"),
            ("{vault:///x}", "reference url is missing host [{vault:///x}]"),
            ("{vault://}", "reference url is missing host [{vault://}]"),
            ("{vault://env}", "reference url is missing path [{vault://env}]"),
            ("{vault://env/}", "reference url has empty path [{vault://env/}]"),
            ("{vault://env//}", "reference url has invalid path [{vault://env//}]"),
            ("{vault://env/x#new}", "reference url has invalid version [{vault://env/x#new}]"),
            ("{vault://env/x#}", "reference url has invalid version [{vault://env/x#}]"),
        ];
        for (text, expected) in cases {
            assert_eq!(Reference::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn the_outer_form_tells_references_from_other_text() {
        assert!(is_reference("{vault://env/x}") && is_reference("{vault://}"));
        for text in ["", "{vault://env/x", "vault://env/x}", "{Vault://env/x}", " {vault://env/x}"] {
            assert!(!is_reference(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_reference_or_an_error(text in ".*", inner in "[a-z/?#%=&;:@]{0,30}") {
            let _ = Reference::parse(&text);
            match Reference::parse(&format!("{{vault://{inner}}}")) {
                Ok(reference) => assert!(!reference.vault.is_empty() && !reference.resource.is_empty()),
                Err(error) => assert!(!matches!(error, VaultError::NotAReference(_))),
            }
        }
    }
}
