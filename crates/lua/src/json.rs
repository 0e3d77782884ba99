//! `cjson`: values of Lua as JSON and back.

use std::rc::Rc;

use mlua::{Lua, LuaString, MultiValue, Table, Value};
use serde_json::{Map, Number, Value as Json};

use crate::meter::Meter;
use crate::native::{pay, refusal};

/// How deep values may lie in each other.
const DEEPEST: usize = 100;

/// An array may have so many holes before it has to be dense, as cjson has it.
const SPARSE_FROM: usize = 32_768;

pub(crate) fn register(lua: &Lua, native: &Table, meter: &Rc<Meter>) -> mlua::Result<()> {
    let empty_array = lua.create_table()?;
    native.set("empty_array", &empty_array)?;
    let paying = Rc::clone(meter);
    native.set(
        "json_encode",
        lua.create_function(move |lua, value: Value| match Encoder::new(&paying, &empty_array).encode(&value)? {
            Ok(json) => {
                let text = json.to_string().replace('/', "\\/");
                pay(&paying, text.len())?;
                Ok(MultiValue::from_iter([Value::String(lua.create_string(text)?)]))
            }
            Err(message) => refusal(lua, &message),
        })?,
    )?;
    let paying = Rc::clone(meter);
    native.set(
        "json_decode",
        lua.create_function(move |lua, text: LuaString| {
            pay(&paying, text.as_bytes().len() * 4)?;
            match serde_json::from_slice::<Json>(&text.as_bytes()) {
                Ok(json) => Ok(MultiValue::from_iter([to_lua(lua, &json)?])),
                Err(error) => refusal(lua, &refused(&text.as_bytes(), &error)),
            }
        })?,
    )
}

/// A text that is no JSON, in cjson's words.
fn refused(text: &[u8], error: &serde_json::Error) -> String {
    let before: usize =
        text.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    if error.is_eof() {
        return format!("Expected value but found T_END at character {}", text.len() + 1);
    }
    format!("Expected value but found invalid token at character {}", before + error.column().max(1))
}

/// A JSON value as Lua has it; `null` is `ngx.null`.
///
/// # Errors
/// Where there is no memory for it.
pub fn to_lua(lua: &Lua, json: &Json) -> mlua::Result<Value> {
    Ok(match json {
        Json::Null => Value::NULL,
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        Json::String(text) => Value::String(lua.create_string(text)?),
        Json::Array(items) => {
            let table = lua.create_table_with_capacity(items.len(), 0)?;
            for (index, item) in items.iter().enumerate() {
                table.raw_set(index + 1, to_lua(lua, item)?)?;
            }
            Value::Table(table)
        }
        Json::Object(members) => {
            let table = lua.create_table_with_capacity(0, members.len())?;
            for (name, member) in members {
                table.raw_set(name.as_str(), to_lua(lua, member)?)?;
            }
            Value::Table(table)
        }
    })
}

/// A value of Lua as JSON; what JSON does not have is refused with cjson's words. Text that is not UTF-8 is made so.
///
/// # Errors
/// Where nothing is left in `meter`.
pub fn from_lua(value: &Value, meter: &Meter) -> mlua::Result<Result<Json, String>> {
    Encoder { meter, empty_array: None }.encode(value)
}

struct Encoder<'e> {
    meter: &'e Meter,
    empty_array: Option<&'e Table>,
}

impl<'e> Encoder<'e> {
    fn new(meter: &'e Meter, empty_array: &'e Table) -> Self {
        Self { meter, empty_array: Some(empty_array) }
    }

    fn encode(&self, value: &Value) -> mlua::Result<Result<Json, String>> {
        self.at(value, 0)
    }

    fn at(&self, value: &Value, depth: usize) -> mlua::Result<Result<Json, String>> {
        self.meter.charge(4).map_err(mlua::Error::external)?;
        Ok(Ok(match value {
            Value::Nil => Json::Null,
            value if value.is_null() => Json::Null,
            Value::Boolean(value) => Json::Bool(*value),
            #[expect(clippy::unnecessary_cast, reason = "an integer of Lua has another width elsewhere")]
            Value::Integer(number) => Json::Number((*number as i64).into()),
            Value::Number(number) => return Ok(self::number(*number)),
            Value::String(text) => {
                pay(self.meter, text.as_bytes().len())?;
                Json::String(text.to_string_lossy())
            }
            Value::Table(_) if depth >= DEEPEST => {
                return Ok(Err(format!("Cannot serialise, excessive depth ({})", depth + 1)));
            }
            Value::Table(table) => return self.table(table, depth + 1),
            other => return Ok(Err(format!("Cannot serialise {}: type not supported", other.type_name()))),
        }))
    }

    fn table(&self, table: &Table, depth: usize) -> mlua::Result<Result<Json, String>> {
        if self.empty_array.is_some_and(|empty| empty == table) {
            return Ok(Ok(Json::Array(Vec::new())));
        }
        match self.length(table)? {
            Some(0) | None => self.object(table, depth),
            Some(length) => self.array(table, length, depth),
        }
    }

    /// The length of what is an array: all its keys are positive integers, and not too few for the largest of them.
    fn length(&self, table: &Table) -> mlua::Result<Option<usize>> {
        let (mut largest, mut count) = (0_usize, 0_usize);
        for pair in table.pairs::<Value, Value>() {
            self.meter.charge(2).map_err(mlua::Error::external)?;
            let index = match pair?.0 {
                Value::Integer(key) => usize::try_from(key).ok(),
                Value::Number(key) if key.fract() == 0.0 && key >= 1.0 => Some(key as usize),
                _ => None,
            };
            let Some(index) = index.filter(|index| *index > 0) else { return Ok(None) };
            (largest, count) = (largest.max(index), count + 1);
        }
        Ok((largest <= SPARSE_FROM || largest <= count * 2).then_some(largest))
    }

    fn array(&self, table: &Table, length: usize, depth: usize) -> mlua::Result<Result<Json, String>> {
        let mut items = Vec::new();
        for index in 1..=length {
            match self.at(&table.raw_get::<Value>(index)?, depth)? {
                Ok(item) => items.push(item),
                Err(message) => return Ok(Err(message)),
            }
        }
        Ok(Ok(Json::Array(items)))
    }

    fn object(&self, table: &Table, depth: usize) -> mlua::Result<Result<Json, String>> {
        let mut members = Map::new();
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair?;
            let name = match key {
                Value::String(text) => text.to_string_lossy(),
                #[expect(clippy::unnecessary_cast, reason = "an integer of Lua has another width elsewhere")]
                Value::Integer(number) => (number as i64).to_string(),
                Value::Number(number) => number.to_string(),
                _ => return Ok(Err("Cannot serialise table: table key must be a number or string".to_owned())),
            };
            match self.at(&value, depth)? {
                Ok(value) => drop(members.insert(name, value)),
                Err(message) => return Ok(Err(message)),
            }
        }
        Ok(Ok(Json::Object(members)))
    }
}

/// Whole numbers have no point in them.
fn number(number: f64) -> Result<Json, String> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT {
        return Ok(Json::Number((number as i64).into()));
    }
    let json = Number::from_f64(number).map(Json::Number);
    json.ok_or_else(|| "Cannot serialise number: must not be NaN or Infinity".to_owned())
}
