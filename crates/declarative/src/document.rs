//! The text of a file as a value, within limits that nobody reaches by writing a configuration.

use std::path::Path;

use gibbon_schema::Object;
use serde_json::Value;
use serde_saphyr::{alias_limits, budget, options};
use uuid::Uuid;

/// The largest file, in bytes.
const LONGEST: usize = 256 * 1024 * 1024;

/// Objects and lists within one another at most. The deepest that means anything, a list in a record of a plugin of a
/// route of a service, has about twelve.
const DEEPEST: usize = 64;

/// How many values may come from aliases.
const ALIASED: usize = 1_000_000;

/// A document without aliases has no more values than bytes; some more may come from them.
const SLACK: usize = 250_000;

/// What hashes of documents are made in, so that they are unlike ids.
const HASHES: Uuid = Uuid::from_u128(0x8f4e_52b6_93a7_4c0b_a3a0_1f0f_6f2c_5b11);

/// A file of configuration that could be read. What is in it is not checked yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    pub(crate) content: Object,
    pub(crate) hash: String,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As JSON.
    Json,
    /// As YAML.
    Yaml,
    /// As either; JSON is tried first.
    Either,
}

/// Why a file cannot be read. Texts are those that users of Kong see, where Kong has any.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The name says neither of the notations.
    #[error("unknown file type: {0}. (Accepted types: json, yaml)")]
    UnknownType(String),
    /// There is something else than members with names.
    #[error("failed parsing declarative configuration: expected an object")]
    NoObject,
    /// The text breaks the rules of its notation, or a limit.
    #[error("failed parsing declarative configuration: {0}")]
    Syntax(String),
}

impl Notation {
    /// The notation of a file by its name.
    ///
    /// # Errors
    /// [`ReadError::UnknownType`] if its name ends in neither `json`, `yml` nor `yaml`.
    pub fn of_file(path: &Path) -> Result<Self, ReadError> {
        let name = path.to_string_lossy();
        if name.ends_with("json") {
            Ok(Self::Json)
        } else if name.ends_with("yml") || name.ends_with("yaml") {
            Ok(Self::Yaml)
        } else {
            Err(ReadError::UnknownType(name.into_owned()))
        }
    }
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// If it is too large or deep, is not in that notation, or holds no object.
    pub fn read(text: &str, notation: Notation) -> Result<Self, ReadError> {
        if text.len() > LONGEST {
            return Err(ReadError::Syntax(format!("the file is larger than {LONGEST} bytes")));
        }
        let value = match notation {
            Notation::Json => json(text)?,
            Notation::Yaml => yaml(text)?,
            Notation::Either => json(text).or_else(|_| yaml(text))?,
        };
        match value {
            Value::Object(content) => Ok(Self { content, hash: hash(text.as_bytes()) }),
            _ => Err(ReadError::NoObject),
        }
    }

    /// A document that has been read already.
    pub fn of_content(content: Object) -> Self {
        let text = Value::Object(content.clone()).to_string();
        Self { content, hash: hash(text.as_bytes()) }
    }

    /// The members of the file as they were written.
    pub fn content(&self) -> &Object {
        &self.content
    }

    /// 32 hexadecimal digits that tell this document from others.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// Like the id of a record, this only has to tell apart what its owner writes, not to withstand anybody.
fn hash(bytes: &[u8]) -> String {
    Uuid::new_v5(&HASHES, bytes).simple().to_string()
}

fn json(text: &str) -> Result<Value, ReadError> {
    serde_json::from_str(text).map_err(|error| ReadError::Syntax(error.to_string()))
}

fn yaml(text: &str) -> Result<Value, ReadError> {
    let values = text.len().saturating_add(SLACK);
    let options = options! {
        budget: budget! {
            max_depth: DEEPEST,
            max_nodes: values,
            max_events: values.saturating_mul(2),
            max_documents: 1,
            max_total_scalar_bytes: LONGEST,
            max_aliases: ALIASED,
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: alias_limits! { max_total_replayed_events: ALIASED },
        // A file holds secrets: an error tells the place, and not what stands there.
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| ReadError::Syntax(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn yaml_of(text: &str) -> Value {
        Document::read(text, Notation::Yaml).unwrap().content.into()
    }

    fn refused(text: &str) -> String {
        Document::read(text, Notation::Either).unwrap_err().to_string()
    }

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml = Document::read("a: {b: [1, x]}\nc: ~\n", Notation::Either).unwrap();
        let json = Document::read(r#"{"a": {"b": [1, "x"]}, "c": null}"#, Notation::Either).unwrap();
        assert_eq!(yaml.content, json.content);
        assert_ne!(yaml.hash(), json.hash());
        assert_eq!(json.hash().len(), 32);
    }

    #[test]
    fn booleans_are_those_of_the_yaml_that_kong_reads() {
        assert_eq!(yaml_of("a: yes\nb: off\nc: 'yes'"), json!({"a": true, "b": false, "c": "yes"}));
    }

    #[test]
    fn anchors_aliases_and_merges_are_followed() {
        let text = "a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n";
        assert_eq!(yaml_of(text), json!({"a": {"x": 1}, "b": {"x": 1}, "c": {"y": 2, "x": 1}}));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["- a", "a", "", "[1]", "7"] {
            assert_eq!(refused(text), "failed parsing declarative configuration: expected an object", "{text}");
        }
    }

    #[test]
    fn an_error_tells_the_place_and_not_what_stands_there() {
        let text = refused("a: 1\nsecret: 'geheim\n");
        assert!(text.starts_with("failed parsing declarative configuration: ") && text.contains("line"), "{text}");
        assert!(!text.contains("geheim"), "{text}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_an_error() {
        assert!(refused("a: 1\na: 2\n").contains("duplicate"));
    }

    #[test]
    fn a_billion_laughs_are_not_laughed() {
        let mut text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
        for level in 1..10 {
            let inner = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{inner}]\n"));
        }
        assert!(refused(&text).len() < 1000);
    }

    #[test]
    fn depth_is_limited_in_both_notations() {
        let deep = |count: usize| format!("{{\"a\": {}{}}}", "[".repeat(count), "]".repeat(count));
        assert!(Document::read(&deep(10), Notation::Either).is_ok());
        assert!(Document::read(&deep(100_000), Notation::Json).is_err());
        assert!(Document::read(&deep(100_000), Notation::Yaml).is_err());
        assert!(Document::read(&deep(100_000), Notation::Either).is_err());
    }

    #[test]
    fn the_notation_is_told_by_the_name() {
        assert_eq!(Notation::of_file(Path::new("a/kong.yml")), Ok(Notation::Yaml));
        assert_eq!(Notation::of_file(Path::new("kong.yaml")), Ok(Notation::Yaml));
        assert_eq!(Notation::of_file(Path::new("kong.json")), Ok(Notation::Json));
        let error = Notation::of_file(Path::new("/etc/kong.lua")).unwrap_err();
        assert_eq!(error.to_string(), "unknown file type: /etc/kong.lua. (Accepted types: json, yaml)");
    }
}
