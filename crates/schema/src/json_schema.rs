//! Declarations as JSON Schema (2020-12), for the OpenAPI document.
//!
//! It says what JSON Schema can say: types, ranges, choices, what may be absent. Lua patterns, checks that are
//! functions and rules over several fields stay with the gateway, so a body that fits may still be refused; one that
//! does not fit always is.

use serde_json::{Value, json};

use crate::check::Check;
use crate::field::{Field, Flag, Kind};
use crate::scope::Scope;
use crate::{EntityDef, Object, Schema, Subschema};

/// What a JSON Schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facing {
    /// A record as answers show it.
    Shown,
    /// The body that makes a record.
    New,
    /// The body that changes a record.
    Change,
}

impl EntityDef {
    /// The JSON Schema of its records or bodies; with `specialised`, of those that it specialises.
    pub fn json_schema(&self, facing: Facing, specialised: Option<&Subschema>) -> Value {
        let mut schema = members(Scope { schema: &self.schema, specialised }, facing);
        if let (Some(subschemas), Some(specialised)) = (&self.schema.subschemas, specialised) {
            schema["properties"][subschemas.key] = json!({ "const": specialised.name });
        }
        schema
    }
}

/// The schema of an object with these fields.
fn members(scope: Scope<'_>, facing: Facing) -> Value {
    let mut properties = Object::new();
    for field in scope.fields().filter(|field| facing != Facing::Shown || !field.has(Flag::Transient)) {
        properties.insert(field.name.to_owned(), property(field, facing));
    }
    for shorthand in &scope.schema.shorthands {
        properties.entry(shorthand.field.name).or_insert_with(|| property(&shorthand.field, Facing::Change));
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    let required: Vec<&str> =
        scope.fields().filter(|field| must_be_there(field, scope.schema, facing)).map(|field| field.name).collect();
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if facing != Facing::Shown {
        schema["additionalProperties"] = false.into();
    }
    schema
}

/// A shorthand may stand for any field, and the path for a reference, so neither is demanded.
fn must_be_there(field: &Field, schema: &Schema, facing: Facing) -> bool {
    let is_reference = matches!(field.kind, Kind::Foreign { .. });
    facing == Facing::New
        && demands_a_value(field)
        && !is_reference
        && schema.shorthands.is_empty()
        && !matches!(field.kind, Kind::Record(_))
}

fn demands_a_value(field: &Field) -> bool {
    field.is_required() && field.default.is_none() && !field.has(Flag::Auto)
}

fn property(field: &Field, facing: Facing) -> Value {
    let nullable = match facing {
        Facing::Shown => !field.is_required(),
        Facing::New => !demands_a_value(field) || matches!(field.kind, Kind::Record(_)),
        Facing::Change => true,
    };
    let mut schema = of_field(field, facing);
    if nullable {
        allow_null(&mut schema);
    }
    if !field.description.is_empty() {
        schema["description"] = field.description.into();
    }
    if let Some(default) = &field.default {
        schema["default"] = default.clone();
    }
    if field.deprecation.is_some() {
        schema["deprecated"] = true.into();
    }
    schema
}

fn of_field(field: &Field, facing: Facing) -> Value {
    let mut schema = of_kind(field, facing);
    // A reference to a vault takes the place of any text, and no check applies to it.
    if !field.has(Flag::Referenceable) {
        field.checks.iter().for_each(|check| constrain(&mut schema, check, &field.kind));
    }
    schema
}

fn of_kind(field: &Field, facing: Facing) -> Value {
    match &field.kind {
        Kind::Any | Kind::Elements(_) | Kind::Json => json!({}),
        Kind::String if facing == Facing::Shown || allows_empty(field) => json!({ "type": "string" }),
        Kind::String => json!({ "type": "string", "minLength": 1 }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Array(element) | Kind::Set(element) => {
            json!({ "type": "array", "items": of_field(element, facing) })
        }
        Kind::Map { values, .. } => json!({ "type": "object", "additionalProperties": of_field(values, facing) }),
        Kind::Record(_) if field.has(Flag::Abstract) => json!({ "type": "object" }),
        Kind::Record(schema) => members(Scope::plain(schema), facing),
        Kind::Foreign { .. } => reference(facing),
    }
}

fn allows_empty(field: &Field) -> bool {
    field.checks.iter().any(|check| matches!(check, Check::LenMin(0)))
}

/// Answers name records by id; bodies may name them by any unique field.
fn reference(facing: Facing) -> Value {
    let id = json!({ "type": "string", "format": "uuid" });
    match facing {
        Facing::Shown => json!({ "type": "object", "properties": { "id": id }, "required": ["id"] }),
        Facing::New | Facing::Change => json!({ "type": "object", "properties": { "id": id } }),
    }
}

fn constrain(schema: &mut Value, check: &Check, kind: &Kind) {
    let is_list = matches!(kind, Kind::Array(_) | Kind::Set(_));
    match check {
        Check::Eq(value) => schema["const"] = value.clone(),
        Check::OneOf(values) => schema["enum"] = values.clone().into(),
        Check::NotOneOf(values) => schema["not"] = json!({ "enum": values }),
        Check::Gt(limit) => schema["exclusiveMinimum"] = limit.clone(),
        Check::Timestamp => schema["exclusiveMinimum"] = 0.into(),
        Check::Uuid => schema["format"] = "uuid".into(),
        Check::Between(low, high) => {
            schema["minimum"] = low.clone();
            schema["maximum"] = high.clone();
        }
        Check::LenEq(length) if is_list => {
            schema["minItems"] = (*length).into();
            schema["maxItems"] = (*length).into();
        }
        Check::LenMin(least) if is_list => schema["minItems"] = (*least).into(),
        Check::LenMax(most) if is_list => schema["maxItems"] = (*most).into(),
        // Bytes are counted, of which a text has at least as many as characters.
        Check::LenMax(most) if matches!(kind, Kind::String) => schema["maxLength"] = (*most).into(),
        _ => {}
    }
}

fn allow_null(schema: &mut Value) {
    if schema.get("const").is_some() {
        let wanted = schema["const"].take();
        *schema = json!({ "enum": [wanted, null] });
        return;
    }
    if let Some(type_name) = schema.get("type").filter(|name| name.is_string()).cloned() {
        schema["type"] = json!([type_name, "null"]);
    }
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{field, record, set_of, string, typedefs};

    fn gadget() -> EntityDef {
        let fields = [
            field("id").of(typedefs::uuid()),
            field("name").string().required().unique().describe("What it is called."),
            field("port").integer().default(80).between(0, 65535),
            field("colours").of(set_of(string().one_of(["red", "blue"]))),
            field("door").of(record([field("key").string().required()])),
            field("owner").foreign("owners").required(),
        ];
        EntityDef {
            name: "gadgets",
            collection: "gadgets",
            nested: "gadgets",
            endpoint_key: Some("name"),
            version: 1,
            schema: Schema::new(fields),
        }
    }

    #[test]
    fn a_body_that_makes_a_record_must_have_what_nobody_else_provides() {
        let schema = gadget().json_schema(Facing::New, None);
        assert_eq!(schema["required"], json!(["name"]));
        assert_eq!(schema["additionalProperties"], false);
        let name = json!({"type": "string", "minLength": 1, "description": "What it is called."});
        assert_eq!(schema["properties"]["name"], name);
        let port = json!({"type": ["integer", "null"], "minimum": 0, "maximum": 65535, "default": 80});
        assert_eq!(schema["properties"]["port"], port);
        assert_eq!(schema["properties"]["door"]["required"], json!(["key"]));
    }

    #[test]
    fn a_change_demands_nothing_and_may_clear_everything() {
        let schema = gadget().json_schema(Facing::Change, None);
        assert_eq!(schema.get("required"), None);
        assert_eq!(schema["properties"]["name"]["type"], json!(["string", "null"]));
    }

    #[test]
    fn a_record_that_is_shown_may_have_more_than_is_declared() {
        let schema = gadget().json_schema(Facing::Shown, None);
        assert_eq!(schema.get("additionalProperties"), None);
        assert_eq!(schema["properties"]["owner"]["required"], json!(["id"]));
        let colours = json!({"type": ["array", "null"], "items": {"type": "string", "enum": ["red", "blue"]}});
        assert_eq!(schema["properties"]["colours"], colours);
    }

    #[test]
    fn what_specialises_an_entity_is_in_the_place_of_its_fields() {
        let plugin = Subschema::new("jwt", [field("config").record([field("realm").string()]).required()]);
        let plugins = EntityDef {
            schema: Schema::new([field("name").string().required(), field("config").abstract_record()])
                .subschemas_of_environment("name", |_| String::new()),
            ..gadget()
        };
        let schema = plugins.json_schema(Facing::New, Some(&plugin));
        assert_eq!(schema["properties"]["name"], json!({"const": "jwt"}));
        assert_eq!(schema["properties"]["config"]["properties"]["realm"]["type"], json!(["string", "null"]));
    }
}
