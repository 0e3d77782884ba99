//! Any bytes at the beginning of a connection with the PROXY protocol: who is named stands there, and not a byte behind it
//! is taken.

use std::net::{IpAddr, SocketAddr};

use gibbon_proxy::reading;

use crate::connection::on_connection;
use crate::{Inputs, mutation};

/// Compares what is read with a plain look at the bytes.
pub fn check(bytes: &[u8]) {
    let Ok((client, rest)) = on_connection(bytes, reading::announced) else { return };
    let (length, named) = if bytes.starts_with(b"PROXY ") { text(bytes) } else { binary(bytes) };
    assert_eq!(rest, &bytes[length..]);
    assert!(client.is_none() || client == named, "{client:?} is not {named:?}");
}

/// How long the line is, and the second and fourth word behind `PROXY`.
fn text(bytes: &[u8]) -> (usize, Option<SocketAddr>) {
    // Whatever stands behind `UNKNOWN` up to both of these, a single one among it, is passed over.
    let length = bytes.windows(2).position(|pair| pair == b"\r\n").expect("a line ends") + 2;
    assert!(length <= 107);
    let line = std::str::from_utf8(&bytes[..length]).expect("a line is text");
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let address =
        || Some(SocketAddr::new(words.get(2)?.parse::<IpAddr>().ok()?.to_canonical(), words.get(4)?.parse().ok()?));
    (length, address())
}

/// How long the header is, and the address in it.
fn binary(bytes: &[u8]) -> (usize, Option<SocketAddr>) {
    let length = 16 + usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
    let body = &bytes[16..length];
    let port = |at: usize| Some(u16::from_be_bytes(body.get(at..at + 2)?.try_into().ok()?));
    let address = || match bytes[13] >> 4 {
        1 => Some(SocketAddr::new(IpAddr::from(<[u8; 4]>::try_from(body.get(..4)?).ok()?), port(8)?)),
        2 => Some(SocketAddr::new(IpAddr::from(<[u8; 16]>::try_from(body.get(..16)?).ok()?).to_canonical(), port(32)?)),
        _ => None,
    };
    (length, address())
}

const WORDS: &[&[u8]] =
    &[b"\r\n", b"PROXY ", b"UNKNOWN", b"TCP6", b"65536", b"::ffff:1.2.3.4", b"\r\n\r\n\0\r\nQUIT\n"];

/// Both versions, right but for some changes.
pub fn inputs() -> Inputs {
    let v2 = |families: u8, body: &[u8]| {
        let length = u16::try_from(body.len()).expect("it is short").to_be_bytes();
        [&b"\r\n\r\n\0\r\nQUIT\n\x21"[..], &[families], &length, body, b"GET / HTTP/1.1\r\n"].concat()
    };
    let examples = vec![
        b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET / HTTP/1.1\r\n".to_vec(),
        b"PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n\n".to_vec(),
        b"PROXY UNKNOWN\r\n".to_vec(),
        b"PROXY UNKNOWN\n\r\nGET / HTTP/1.1\r\n".to_vec(),
        v2(0x11, &[192, 0, 2, 1, 192, 0, 2, 2, 0, 80, 1, 187]),
        v2(0x21, &[7; 36]),
        v2(0x31, &[0; 216]),
        v2(0x00, &[]),
    ];
    mutation::of(examples, WORDS)
}
