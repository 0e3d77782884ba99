//! The PROXY protocol, versions 1 and 2: something in front of the gateway says, before the first byte of a connection,
//! who the client is (haproxy.org, "The PROXY protocol", sections 2.1 and 2.2).
//!
//! Nothing is read beyond what it says, so that whatever follows finds its first byte.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The longest line of version 1, with its end.
const LINE: usize = 107;

/// The longest body of version 2: addresses, and more than enough of what may follow them.
const BODY: usize = 4096;

/// Whom a connection comes from: `None` where the other end speaks for itself, or does not say.
pub(crate) async fn read(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    if start == SIGNATURE {
        let mut rest = [0; 4];
        stream.read_exact(&mut rest).await?;
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        if length > BODY {
            return Err(malformed());
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        return binary([rest[0], rest[1]], &body).ok_or_else(malformed);
    }
    if !start.starts_with(b"PROXY ") {
        return Err(malformed());
    }
    let line = read_line(stream, start.to_vec()).await?;
    text(&line).ok_or_else(malformed)
}

/// The rest of a line, which is looked at before it is taken.
async fn read_line(stream: &mut TcpStream, mut line: Vec<u8>) -> io::Result<Vec<u8>> {
    while !line.ends_with(b"\r\n") {
        let mut ahead = [0; LINE];
        let room = LINE.saturating_sub(line.len());
        let seen = stream.peek(ahead.get_mut(..room).unwrap_or_default()).await?;
        if seen == 0 {
            return Err(malformed());
        }
        let ahead = ahead.get(..seen).unwrap_or_default();
        let taken = ahead.iter().position(|byte| *byte == b'\n').map_or(seen, |end| end + 1);
        let before = line.len();
        line.resize(before + taken, 0);
        stream.read_exact(line.get_mut(before..).unwrap_or_default()).await?;
    }
    Ok(line)
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the connection does not begin as the PROXY protocol has it")
}

/// Reads a line of version 1; the outer `None` is a malformed one.
#[expect(clippy::option_option, reason = "malformed, unknown and known are three things")]
pub(crate) fn text(line: &[u8]) -> Option<Option<SocketAddr>> {
    let line = std::str::from_utf8(line.strip_suffix(b"\r\n")?).ok()?;
    let mut words = line.strip_prefix("PROXY ")?.split(' ');
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(None);
    }
    let (source, target): (IpAddr, IpAddr) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (port, _) = (port(words.next()?)?, port(words.next()?)?);
    let fits = match family {
        "TCP4" => source.is_ipv4() && target.is_ipv4(),
        "TCP6" => source.is_ipv6() && target.is_ipv6(),
        _ => false,
    };
    (fits && words.next().is_none()).then(|| Some(SocketAddr::new(source.to_canonical(), port)))
}

fn port(digits: &str) -> Option<u16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Reads what follows the signature of version 2; the outer `None` is malformed.
#[expect(clippy::option_option, reason = "malformed, unknown and known are three things")]
pub(crate) fn binary([command, family]: [u8; 2], body: &[u8]) -> Option<Option<SocketAddr>> {
    match command {
        // The other end speaks for itself, to see whether the gateway is there.
        0x20 => return Some(None),
        0x21 => {}
        _ => return None,
    }
    let port = |at: usize| Some(u16::from_be_bytes(*body.get(at..)?.first_chunk()?));
    match family {
        0x11 => {
            let source = Ipv4Addr::from(*body.first_chunk::<4>()?);
            Some(Some(SocketAddr::new(source.into(), port(8)?)))
        }
        0x21 => {
            let source = IpAddr::from(Ipv6Addr::from(*body.first_chunk::<16>()?));
            Some(Some(SocketAddr::new(source.to_canonical(), port(32)?)))
        }
        // Another family, or none: taken, and not understood.
        _ => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::{binary, text};

    fn address(text: &str) -> Option<std::net::SocketAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_line_names_the_client() {
        let cases = [
            ("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", Some(address("192.0.2.1:56324"))),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", Some(address("[2001:db8::1]:1"))),
            ("PROXY UNKNOWN\r\n", Some(None)),
            ("PROXY UNKNOWN ff::1 ff::2 1 2\r\n", Some(None)),
        ];
        for (line, expected) in cases {
            assert_eq!(text(line.as_bytes()), expected, "{line}");
        }
    }

    #[test]
    fn a_line_of_another_form_is_refused() {
        let lines = [
            "",
            "PROXY\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 1 2",
            "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n",
            "PROXY TCP4 ::1 ::2 1 2\r\n",
            "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
            "PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
            "PROXY UDP4 192.0.2.1 192.0.2.2 1 2\r\n",
            "proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        ];
        for line in lines {
            assert_eq!(text(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn the_binary_form_names_the_client_too() {
        let v4 = [192, 0, 2, 1, 192, 0, 2, 2, 0, 80, 1, 187];
        assert_eq!(binary([0x21, 0x11], &v4), Some(address("192.0.2.1:80")));
        let with_more = [&v4[..], &[4, 0, 1, 9]].concat();
        assert_eq!(binary([0x21, 0x11], &with_more), Some(address("192.0.2.1:80")));
        let mut v6 = [0; 36];
        v6[15] = 1;
        v6[33] = 80;
        assert_eq!(binary([0x21, 0x21], &v6), Some(address("[::1]:80")));
        assert_eq!(binary([0x20, 0x11], &v4), Some(None));
        assert_eq!(binary([0x21, 0x00], &[]), Some(None));
    }

    #[test]
    fn a_binary_form_that_is_too_short_or_of_another_version_is_refused() {
        assert_eq!(binary([0x21, 0x11], &[1, 2, 3]), None);
        assert_eq!(binary([0x21, 0x21], &[0; 33]), None);
        assert_eq!(binary([0x11, 0x11], &[0; 12]), None);
        assert_eq!(binary([0x22, 0x11], &[0; 12]), None);
    }
}
