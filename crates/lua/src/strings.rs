//! What of Lua's library of texts is bounded by a meter: `find`, `match`, and the steps of `gmatch` and `gsub`.

use std::rc::Rc;

use mlua::{Lua, LuaString, MultiValue, Table, Value};

use crate::meter::Meter;
use crate::native::pay;
use crate::pattern::{self, Capture, Caret, Found, PatternError};

/// What is looked for: text, pattern, from where (counted from 1, from the end where it is negative), without patterns.
type Search = (LuaString, LuaString, Option<f64>, Option<bool>);

pub(crate) fn register(lua: &Lua, native: &Table, meter: &Rc<Meter>) -> mlua::Result<()> {
    let paying = Rc::clone(meter);
    native.set("find", lua.create_function(move |lua, search: Search| find(lua, &paying, &search))?)?;
    let paying = Rc::clone(meter);
    native.set("match", lua.create_function(move |lua, search: Search| matched(lua, &paying, &search))?)?;
    let paying = Rc::clone(meter);
    native.set("seek", lua.create_function(move |lua, search: Search| seek(lua, &paying, &search))?)
}

fn find(lua: &Lua, meter: &Meter, (text, wanted, from, plain): &Search) -> mlua::Result<MultiValue> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    pay(meter, text.len())?;
    let start = start(*from, text.len());
    if start > text.len() {
        return nothing();
    }
    if plain.unwrap_or(false) || pattern::is_plain(&wanted) {
        let rest = text.get(start..).unwrap_or_default();
        let Some(offset) = position(rest, &wanted, meter)? else { return nothing() };
        return Ok(ends(start + offset..start + offset + wanted.len()).into_iter().collect());
    }
    let Some(found) = search(&text, &wanted, start, Caret::Anchor, meter)? else { return nothing() };
    let mut values: MultiValue = ends(found.whole.clone()).into_iter().collect();
    for capture in &found.captures {
        values.push_back(value(lua, &text, capture)?);
    }
    Ok(values)
}

fn matched(lua: &Lua, meter: &Meter, (text, wanted, from, _): &Search) -> mlua::Result<MultiValue> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let start = start(*from, text.len());
    if start > text.len() {
        return nothing();
    }
    match search(&text, &wanted, start, Caret::Anchor, meter)? {
        Some(found) => groups(lua, &text, &found).map(MultiValue::from_iter),
        None => nothing(),
    }
}

/// As `find`, with all of the match as its only group where it has none. `^` is itself unless `anchor` says so.
fn seek(lua: &Lua, meter: &Meter, (text, wanted, from, anchor): &Search) -> mlua::Result<MultiValue> {
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let caret = if anchor.unwrap_or(false) { Caret::Anchor } else { Caret::Itself };
    let Some(found) = search(&text, &wanted, start(*from, text.len()), caret, meter)? else { return nothing() };
    let mut values: MultiValue = ends(found.whole.clone()).into_iter().collect();
    values.extend(groups(lua, &text, &found)?);
    Ok(values)
}

fn search(text: &[u8], wanted: &[u8], from: usize, caret: Caret, meter: &Meter) -> mlua::Result<Option<Found>> {
    pattern::find(text, wanted, from, caret, meter).map_err(|error| match error {
        PatternError::Exhausted(exhausted) => mlua::Error::external(exhausted),
        other => mlua::Error::runtime(other),
    })
}

/// Where `wanted` stands in `text`. Looking for its first byte is quick; what follows is paid for.
fn position(text: &[u8], wanted: &[u8], meter: &Meter) -> mlua::Result<Option<usize>> {
    let Some(first) = wanted.first() else { return Ok(Some(0)) };
    let mut from = 0;
    while let Some(offset) = text.get(from..).and_then(|rest| rest.iter().position(|byte| byte == first)) {
        let at = from + offset;
        pay(meter, wanted.len() + offset)?;
        if text.get(at..).is_some_and(|rest| rest.starts_with(wanted)) {
            return Ok(Some(at));
        }
        from = at + 1;
    }
    Ok(None)
}

fn start(from: Option<f64>, length: usize) -> usize {
    let from = from.unwrap_or(1.0);
    if from >= 1.0 {
        from as usize - 1
    } else if from < 0.0 {
        length.saturating_sub((-from) as usize)
    } else {
        0
    }
}

fn ends(range: std::ops::Range<usize>) -> [Value; 2] {
    [number(range.start + 1), number(range.end)]
}

#[expect(clippy::cast_precision_loss, reason = "no text is so long")]
fn number(value: usize) -> Value {
    Value::Number(value as f64)
}

fn groups(lua: &Lua, text: &[u8], found: &Found) -> mlua::Result<Vec<Value>> {
    if found.captures.is_empty() {
        return Ok(vec![value(lua, text, &Capture::Part(found.whole.clone()))?]);
    }
    found.captures.iter().map(|capture| value(lua, text, capture)).collect()
}

fn value(lua: &Lua, text: &[u8], capture: &Capture) -> mlua::Result<Value> {
    Ok(match capture {
        Capture::Position(at) => number(at + 1),
        Capture::Part(range) => Value::String(lua.create_string(text.get(range.clone()).unwrap_or_default())?),
    })
}

fn nothing() -> mlua::Result<MultiValue> {
    Ok(MultiValue::from_iter([Value::Nil]))
}
