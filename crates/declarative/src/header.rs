//! What a file says about itself: the members that begin with an underscore.

use gibbon_schema::Object;
use serde_json::Value;

use crate::faults::{Faults, Step};

/// The version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatVersion {
    /// `1.1`.
    V1_1,
    /// `2.1`.
    V2_1,
    /// `3.0`.
    V3_0,
}

/// Whether what is computed from records when they are first written (hashes of passwords) has been computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transform {
    /// It has to be: somebody wrote the file.
    Due,
    /// It was: the file is an export.
    Done,
}

/// What a file says about itself.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) version: FormatVersion,
    pub(crate) transform: Transform,
    /// Configurations that plugins name instead of writing them out, by name.
    pub(crate) plugin_configs: Object,
    /// Values of fields by the singular of kinds, for records that do not have them.
    pub(crate) defaults: Object,
    /// Tags of every record.
    pub(crate) tags: Vec<Value>,
}

/// The one workspace that there is.
const WORKSPACE: &str = "default";

const ONE_WORKSPACE: &str = "there is only the workspace 'default' here";
pub(crate) const REQUIRED: &str = "required field missing";
/// The member of violations that concerns a record as a whole.
pub(crate) const WHOLE: &str = "@entity";
pub(crate) const UNKNOWN: &str = "unknown field";

/// Members of a file that are there for its readers: a text, and a list of anything.
pub(crate) const REMARKS: [&str; 2] = ["_comment", "_ignore"];

impl Header {
    /// Takes the members of a file that begin with an underscore. What is wrong with them is added to `faults`.
    pub(crate) fn take(content: &mut Object, faults: &mut Faults) -> Self {
        let mut reader = Reader { content, faults, place: Vec::new() };
        let version = reader.version();
        let transform = reader.transform();
        reader.remarks();
        reader.workspaces();
        let plugin_configs = reader.object("_plugin_configs");
        let mut info = reader.object("_info");
        let mut reader = Reader { content: &mut info, faults, place: vec![Step::Name("_info".to_owned())] };
        let (defaults, tags) = (reader.object("defaults"), reader.list("select_tags"));
        let unknown: Vec<String> = info.keys().cloned().collect();
        for name in unknown {
            faults.add(&[Step::Name("_info".to_owned()), Step::Name(name)], UNKNOWN.into());
        }
        Self { version, transform, plugin_configs, defaults, tags }
    }
}

/// Takes the remarks out of a record.
pub(crate) fn take_remarks(record: &mut Object, place: &[Step], faults: &mut Faults) {
    Reader { content: record, faults, place: place.to_vec() }.remarks();
}

struct Reader<'a> {
    content: &'a mut Object,
    faults: &'a mut Faults,
    place: Vec<Step>,
}

impl Reader<'_> {
    fn fault(&mut self, name: &str, text: &str) {
        self.place.push(Step::Name(name.to_owned()));
        self.faults.add(&self.place, text.into());
        self.place.pop();
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.content.shift_remove(name).filter(|value| !value.is_null())
    }

    fn version(&mut self) -> FormatVersion {
        let text = match self.take("_format_version") {
            None => REQUIRED,
            Some(Value::String(text)) => match text.as_str() {
                "1.1" => return FormatVersion::V1_1,
                "2.1" => return FormatVersion::V2_1,
                "3.0" => return FormatVersion::V3_0,
                _ => "expected one of: 1.1, 2.1, 3.0",
            },
            Some(_) => "expected a string",
        };
        self.fault("_format_version", text);
        FormatVersion::V3_0
    }

    fn transform(&mut self) -> Transform {
        match self.take("_transform") {
            Some(Value::Bool(false)) => return Transform::Done,
            None | Some(Value::Bool(true)) => {}
            Some(_) => self.fault("_transform", "expected a boolean"),
        }
        Transform::Due
    }

    fn remarks(&mut self) {
        let [comment, ignore] = REMARKS;
        if self.take(comment).is_some_and(|value| !value.is_string()) {
            self.fault(comment, "expected a string");
        }
        self.list(ignore);
    }

    /// decK names the workspace that it writes to, and exports of Kong list all of them.
    fn workspaces(&mut self) {
        if self.take("_workspace").is_some_and(|name| name != WORKSPACE) {
            self.fault("_workspace", ONE_WORKSPACE);
        }
        let others = |spaces: &Value| {
            spaces
                .as_array()
                .is_none_or(|spaces| spaces.iter().any(|space| space.get("name") != Some(&WORKSPACE.into())))
        };
        if self.take("workspaces").is_some_and(|spaces| others(&spaces)) {
            self.fault("workspaces", ONE_WORKSPACE);
        }
    }

    fn object(&mut self, name: &str) -> Object {
        match self.take(name) {
            None => {}
            Some(Value::Object(members)) => return members,
            Some(_) => self.fault(name, "expected a record"),
        }
        Object::new()
    }

    fn list(&mut self, name: &str) -> Vec<Value> {
        match self.take(name) {
            None => {}
            Some(Value::Array(elements)) => return elements,
            Some(_) => self.fault(name, "expected an array"),
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn taken(content: Value) -> (Header, Object, Value) {
        let mut content = content.as_object().cloned().unwrap();
        let mut faults = Faults::default();
        let header = Header::take(&mut content, &mut faults);
        (header, content, faults.into_fields().map_or(Value::Null, Value::Object))
    }

    #[test]
    fn a_header_is_taken_and_the_entities_stay() {
        let (header, rest, faults) = taken(json!({
            "_format_version": "2.1", "_transform": false, "_comment": "c", "_ignore": [1, {}],
            "_info": {"select_tags": ["a"], "defaults": {"service": {"retries": 1}}},
            "_plugin_configs": {"shared": {"x": 1}}, "_workspace": "default",
            "workspaces": [{"name": "default", "id": "0dc6f45b-8f8d-40d2-a504-473544ee190b"}], "services": [],
        }));
        assert_eq!((faults, rest.keys().map(String::as_str).collect::<Vec<_>>()), (Value::Null, vec!["services"]));
        assert_eq!((header.version, header.transform), (FormatVersion::V2_1, Transform::Done));
        assert_eq!(
            (header.tags, Value::Object(header.defaults)),
            (vec![json!("a")], json!({"service": {"retries": 1}}))
        );
        assert_eq!(Value::Object(header.plugin_configs), json!({"shared": {"x": 1}}));
    }

    #[test]
    fn everything_that_is_wrong_with_it_is_named_as_kong_does() {
        let one_of = "expected one of: 1.1, 2.1, 3.0";
        let cases = [
            (json!({}), json!({"_format_version": "required field missing"})),
            (json!({"_format_version": "4"}), json!({"_format_version": one_of})),
            (json!({"_format_version": 3.0}), json!({"_format_version": "expected a string"})),
            (json!({"_format_version": "3.0", "_transform": 1}), json!({"_transform": "expected a boolean"})),
            (json!({"_format_version": "3.0", "_comment": 1}), json!({"_comment": "expected a string"})),
            (json!({"_format_version": "3.0", "_ignore": 1}), json!({"_ignore": "expected an array"})),
            (json!({"_format_version": "3.0", "_workspace": "w"}), json!({"_workspace": ONE_WORKSPACE})),
            (json!({"_format_version": "3.0", "workspaces": [{"name": "w"}]}), json!({"workspaces": ONE_WORKSPACE})),
            (json!({"_format_version": "3.0", "_info": {"x": 1}}), json!({"_info": {"x": "unknown field"}})),
            (json!({"_format_version": "3.0", "_plugin_configs": []}), json!({"_plugin_configs": "expected a record"})),
        ];
        for (content, expected) in cases {
            assert_eq!(taken(content.clone()).2, expected, "{content}");
        }
    }
}
