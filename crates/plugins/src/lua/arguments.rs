//! Values on their way between the kit and the host.

use gibbon_lua::mlua::{Error, Lua, MultiValue, Result, Value};
use gibbon_plugin_api::Headers;

/// The next argument, as bytes.
pub(super) fn bytes(arguments: &mut MultiValue) -> Result<Vec<u8>> {
    match arguments.pop_front() {
        Some(Value::String(text)) => Ok(text.as_bytes().to_vec()),
        other => Err(Error::runtime(format!("a text is missing, there is {other:?}"))),
    }
}

/// The next argument, as text.
pub(super) fn text(arguments: &mut MultiValue) -> Result<String> {
    String::from_utf8(bytes(arguments)?).map_err(|_| Error::runtime("a text is not UTF-8"))
}

/// The next argument, as text where there is one.
pub(super) fn optional(arguments: &mut MultiValue) -> Result<Option<String>> {
    match arguments.front() {
        None | Some(Value::Nil) => {
            arguments.pop_front();
            Ok(None)
        }
        Some(_) => text(arguments).map(Some),
    }
}

/// The next argument, as a whole number.
pub(super) fn number<N: TryFrom<i64>>(arguments: &mut MultiValue) -> Result<N> {
    let number = arguments.pop_front().and_then(|value| value.as_i64().or_else(|| value.as_f64().map(|n| n as i64)));
    number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| Error::runtime("a number is missing"))
}

/// The next argument, as a condition.
pub(super) fn condition(arguments: &mut MultiValue) -> Result<bool> {
    match arguments.pop_front() {
        Some(Value::Boolean(is_so)) => Ok(is_so),
        other => Err(Error::runtime(format!("a condition is missing, there is {other:?}"))),
    }
}

/// One text as what comes back.
pub(super) fn one(lua: &Lua, text: impl AsRef<[u8]>) -> Result<MultiValue> {
    Ok(MultiValue::from_iter([Value::String(lua.create_string(text)?)]))
}

/// The same where there is one.
pub(super) fn perhaps(lua: &Lua, text: Option<impl AsRef<[u8]>>) -> Result<MultiValue> {
    text.map_or_else(|| Ok(nothing()), |text| one(lua, text))
}

/// A number as what comes back.
pub(super) fn count(number: impl Into<f64>) -> MultiValue {
    MultiValue::from_iter([Value::Number(number.into())])
}

/// A condition as what comes back.
pub(super) fn yes(is_so: bool) -> MultiValue {
    MultiValue::from_iter([Value::Boolean(is_so)])
}

/// `nil`.
pub(super) fn nothing() -> MultiValue {
    MultiValue::from_iter([Value::Nil])
}

/// A JSON value as what comes back; `null` is `nil` there.
pub(super) fn document(lua: &Lua, value: &serde_json::Value) -> Result<MultiValue> {
    if value.is_null() {
        return Ok(nothing());
    }
    gibbon_lua::lua_of(lua, value).map(|value| MultiValue::from_iter([value]))
}

/// Names and values of fields, one after the other.
pub(super) fn fields(lua: &Lua, headers: &Headers) -> Result<MultiValue> {
    let list = lua.create_table()?;
    for (name, value) in headers.iter() {
        list.raw_push(lua.create_string(name)?)?;
        list.raw_push(lua.create_string(value)?)?;
    }
    Ok(MultiValue::from_iter([Value::Table(list)]))
}
