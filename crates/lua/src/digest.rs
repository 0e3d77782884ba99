//! Digests, as `ngx` and the modules of `resty` have them.

use std::rc::Rc;

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use mlua::{Lua, LuaString, Table};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::meter::Meter;
use crate::native::pay;

pub(crate) fn register(lua: &Lua, native: &Table, meter: &Rc<Meter>) -> mlua::Result<()> {
    let set = |name: &str, digest: fn(&[u8]) -> Vec<u8>| {
        let paying = Rc::clone(meter);
        let function = lua.create_function(move |lua, text: LuaString| {
            pay(&paying, text.as_bytes().len() + 1000)?;
            lua.create_string(digest(&text.as_bytes()))
        })?;
        native.set(name, function)
    };
    set("md5", |text| Md5::digest(text).to_vec())?;
    set("sha1", |text| Sha1::digest(text).to_vec())?;
    set("sha256", |text| Sha256::digest(text).to_vec())?;
    set("sha512", |text| Sha512::digest(text).to_vec())?;
    set("hex", |text| text.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect())?;
    let set_keyed = |name: &str, digest: fn(&[u8], &[u8]) -> Option<Vec<u8>>| {
        let paying = Rc::clone(meter);
        let function = lua.create_function(move |lua, (key, text): (LuaString, LuaString)| {
            pay(&paying, key.as_bytes().len() + text.as_bytes().len() + 2000)?;
            digest(&key.as_bytes(), &text.as_bytes()).map(|digest| lua.create_string(digest)).transpose()
        })?;
        native.set(name, function)
    };
    set_keyed("hmac_sha1", |key, text| {
        Some(Hmac::<Sha1>::new_from_slice(key).ok()?.chain_update(text).finalize().into_bytes().to_vec())
    })?;
    set_keyed("hmac_sha256", |key, text| {
        Some(Hmac::<Sha256>::new_from_slice(key).ok()?.chain_update(text).finalize().into_bytes().to_vec())
    })?;
    let paying = Rc::clone(meter);
    native.set(
        "crc32",
        lua.create_function(move |_, text: LuaString| {
            pay(&paying, text.as_bytes().len() * 8)?;
            Ok(f64::from(crc32(&text.as_bytes())))
        })?,
    )
}

/// The checksum of Ethernet (ISO 3309, polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!((crc32(b"123456789"), crc32(b"")), (0xCBF4_3926, 0));
    }
}
