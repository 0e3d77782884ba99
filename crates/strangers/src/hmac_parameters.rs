//! Any bytes as the value of `Authorization` that hmac-auth reads: no panic, and nobody is named who does not stand there.

use gibbon_plugins::hmac_auth::signer;

use crate::{Inputs, mutation};

/// Panics where that does not hold.
pub fn check(bytes: &[u8]) {
    let Some(name) = signer(bytes) else { return };
    let quoted = format!("username=\"{name}\"");
    assert!(!name.is_empty() && !name.contains('"'));
    assert!(std::str::from_utf8(bytes).is_ok_and(|text| text.contains(&quoted)), "{name:?} was made up");
    assert_eq!(signer(bytes).as_ref(), Some(&name));
}

const WORDS: &[&[u8]] = &[b"username=\"", b"\", ", b"headers=\"", b"signature=\"", b"\"", b"=\"\"", b"Hmac "];

/// Values, right but for some changes.
pub fn inputs() -> Inputs {
    let examples = [
        r#"hmac username="ann", algorithm="hmac-sha256", headers="date request-line", signature="c2ln""#,
        r#"  Hmac username="b",algorithm="hmac-sha1",headers="x-date",signature="AAAA===""#,
    ];
    mutation::of(examples.map(|text| text.as_bytes().to_vec()).to_vec(), WORDS)
}
