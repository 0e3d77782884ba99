//! Times, as `ngx` has them. The zone is UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mlua::{Lua, LuaString, Table};

pub(crate) fn register(lua: &Lua, native: &Table) -> mlua::Result<()> {
    native.set("now", lua.create_function(|_, ()| Ok((now().as_millis() as f64) / 1000.0))?)?;
    native.set(
        "http_time",
        lua.create_function(|_, seconds: f64| {
            let seconds = Duration::from_secs(seconds.clamp(0.0, LAST) as u64);
            Ok(httpdate::fmt_http_date(UNIX_EPOCH + seconds))
        })?,
    )?;
    native.set(
        "parse_http_time",
        lua.create_function(|_, text: LuaString| {
            let parsed = httpdate::parse_http_date(&text.to_string_lossy()).ok();
            Ok(parsed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|since| since.as_secs() as f64))
        })?,
    )
}

/// The end of the year 9999: no such date is written with more digits.
const LAST: f64 = 253_402_300_799.0;

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
