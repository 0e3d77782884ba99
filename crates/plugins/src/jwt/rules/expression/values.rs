//! JSON as values of the language.

use std::borrow::Cow;
use std::collections::HashMap;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::Val;
use gibbon_jose::json::JsonValue;

/// A value; what a text says is borrowed where it is written without escapes. How deep it nests, the parser of tokens has
/// bounded.
pub(super) fn of_json(value: JsonValue<'_>) -> Box<dyn Val + '_> {
    match value {
        JsonValue::Null => Box::new(CelNull),
        JsonValue::Bool(truth) => Box::new(CelBool::from(truth)),
        JsonValue::Number(number) => match number.as_i64() {
            Some(integer) => Box::new(CelInt::from(integer)),
            None => Box::new(CelDouble::from(number.as_f64())),
        },
        JsonValue::String(text) => of_text(text.to_str()),
        JsonValue::Array(_) => Box::new(CelList::from(value.items().map(of_json).collect::<Vec<_>>())),
        JsonValue::Object(_) => of_members(value.members().map(|(name, value)| (name.to_str(), of_json(value)))),
    }
}

pub(super) fn of_text(text: Cow<'_, str>) -> Box<dyn Val + '_> {
    Box::new(CelString::from(text))
}

/// A map with texts for keys.
pub(super) fn of_members<'v>(members: impl Iterator<Item = (Cow<'v, str>, Box<dyn Val + 'v>)>) -> Box<dyn Val + 'v> {
    let keyed = members.map(|(name, value)| (CelMapKey::String(CelString::from(name)), value));
    Box::new(CelMap::from(keyed.collect::<HashMap<_, _>>()))
}
