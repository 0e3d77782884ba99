//! Any bytes as a body that the Admin API is sent, of each type that it reads: an object that is no larger than what was
//! sent, or a refusal.

use gibbon_admin::body_as_object;
use proptest::prelude::Strategy;
use serde_json::Value;

use crate::{Inputs, mutation};

const TYPES: [&str; 3] = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=X"];

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("there are threads");
    for content_type in TYPES {
        let read = || runtime.block_on(body_as_object(content_type, bytes.to_vec().into()));
        let Ok(object) = read() else { continue };
        assert_eq!(read().ok().as_ref(), Some(&object), "{content_type}");
        // A form says by `a[5]` or `a.b.c` what takes more room than its name, within bounds.
        let room = 64 * (bytes.len() + 1);
        assert!(size(&Value::Object(object)) <= room, "{content_type}: more than {room} of {} bytes", bytes.len());
    }
}

/// How many values there are, at all depths.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

const WORDS: &[&[u8]] =
    &[b"&a[9]=", b"[]=", b".b", b"--X\r\n", b"--X--", b"\r\n\r\n", b"name=\"a[1].b\"", b"{\"a\":[", b"1e999"];

/// Bodies of the three types, right but for some changes.
pub fn inputs() -> Inputs {
    const PART: &str = "--X\r\nContent-Disposition: form-data; name=\"config.a[1]\"\r\n\r\n1\r\n--X--\r\n";
    let examples = [
        r#"{"name":"a","config":{"b":[1,2.5,null,true,"c"]}}"#,
        "name=a&config.b[1]=1&config.b[2]=&config.c.d=%20+&tags[]=x&e",
        PART,
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS).boxed()
}
