//! Base64 and the encodings of URIs, as `ngx` has them.

use std::rc::Rc;

use base64_simd::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD, forgiving_decode_to_vec};
use mlua::{Lua, LuaString, Table};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::meter::Meter;
use crate::native::pay;

/// What a part of a URI can have as it is (RFC 3986 section 2.3).
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same of a whole URI: what separates its parts stays.
const WHOLE: &AsciiSet = &COMPONENT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

pub(crate) fn register(lua: &Lua, native: &Table, meter: &Rc<Meter>) -> mlua::Result<()> {
    let set = |name: &str, convert: fn(&[u8]) -> Option<Vec<u8>>| {
        let paying = Rc::clone(meter);
        let function = lua.create_function(move |lua, text: LuaString| {
            pay(&paying, text.as_bytes().len())?;
            convert(&text.as_bytes()).map(|converted| lua.create_string(converted)).transpose()
        })?;
        native.set(name, function)
    };
    set("base64", |text| Some(STANDARD.encode_to_string(text).into_bytes()))?;
    set("base64_bare", |text| Some(STANDARD_NO_PAD.encode_to_string(text).into_bytes()))?;
    set("base64_decode", |text| forgiving_decode_to_vec(text).ok())?;
    set("base64url", |text| Some(URL_SAFE_NO_PAD.encode_to_string(text).into_bytes()))?;
    set("base64url_decode", |text| URL_SAFE_NO_PAD.decode_to_vec(text).ok())?;
    set("escape", |text| Some(percent_encode(text, COMPONENT).to_string().into_bytes()))?;
    set("escape_whole", |text| Some(percent_encode(text, WHOLE).to_string().into_bytes()))?;
    set("unescape", |text| {
        let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        Some(percent_decode(&spaced).collect())
    })
}
