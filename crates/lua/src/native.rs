//! The functions that the preludes are written upon.

use std::rc::Rc;

use mlua::{Lua, MultiValue, Table, Value};

use crate::meter::Meter;
use crate::{clock, digest, encoding, json, regex, sandbox, strings};

/// A table of all of them.
pub(crate) fn table(lua: &Lua, meter: &Rc<Meter>) -> mlua::Result<Table> {
    let native = lua.create_table()?;
    let paying = Rc::clone(meter);
    native.set(
        "charge",
        lua.create_function(move |_, steps: f64| {
            // What is negative or no number at all is nothing; what is large is too much.
            paying.charge(steps as u64).map_err(mlua::Error::external)
        })?,
    )?;
    let asking = Rc::clone(meter);
    native.set("is_exhausted", lua.create_function(move |_, ()| Ok(asking.is_empty()))?)?;
    native.set("text_of", lua.create_function(|_, error: Value| Ok(sandbox::text_of(&error)))?)?;
    native.set("null", Value::NULL)?;
    native.set("seed", getrandom::u32().unwrap_or(1))?;
    strings::register(lua, &native, meter)?;
    json::register(lua, &native, meter)?;
    regex::register(lua, &native, meter)?;
    encoding::register(lua, &native, meter)?;
    digest::register(lua, &native, meter)?;
    clock::register(lua, &native)?;
    Ok(native)
}

/// What is done with a text of `length` bytes, in instructions.
pub(crate) fn pay(meter: &Meter, length: usize) -> mlua::Result<()> {
    meter.charge(1 + length as u64 / 16).map_err(mlua::Error::external)
}

/// `nil` and a message.
pub(crate) fn refusal(lua: &Lua, message: &str) -> mlua::Result<MultiValue> {
    Ok(MultiValue::from_iter([Value::Nil, Value::String(lua.create_string(message)?)]))
}
