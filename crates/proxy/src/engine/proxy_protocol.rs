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

/// Whom a connection comes from, and where it went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
}

impl Announced {
    fn new(source: (IpAddr, u16), destination: (IpAddr, u16)) -> Self {
        let canonical = |(address, port): (IpAddr, u16)| SocketAddr::new(address.to_canonical(), port);
        Self { source: canonical(source), destination: canonical(destination) }
    }
}

/// What the other end says: `None` where it speaks for itself, or does not say.
pub(crate) async fn read(stream: &mut TcpStream) -> io::Result<Option<Announced>> {
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
pub(crate) fn text(line: &[u8]) -> Option<Option<Announced>> {
    let line = std::str::from_utf8(line.strip_suffix(b"\r\n")?).ok()?;
    let mut words = line.strip_prefix("PROXY ")?.split(' ');
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(None);
    }
    let (source, target): (IpAddr, IpAddr) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (source_port, target_port) = (port(words.next()?)?, port(words.next()?)?);
    let fits = match family {
        "TCP4" => source.is_ipv4() && target.is_ipv4(),
        "TCP6" => source.is_ipv6() && target.is_ipv6(),
        _ => false,
    };
    let announced = || Some(Announced::new((source, source_port), (target, target_port)));
    (fits && words.next().is_none()).then(announced)
}

fn port(digits: &str) -> Option<u16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// Reads what follows the signature of version 2; the outer `None` is malformed.
#[expect(clippy::option_option, reason = "malformed, unknown and known are three things")]
pub(crate) fn binary([command, family]: [u8; 2], body: &[u8]) -> Option<Option<Announced>> {
    match command {
        // The other end speaks for itself, to see whether the gateway is there.
        0x20 => return Some(None),
        0x21 => {}
        _ => return None,
    }
    let port = |at: usize| Some(u16::from_be_bytes(*body.get(at..)?.first_chunk()?));
    match family {
        0x11 => {
            let address = |at: usize| Some(Ipv4Addr::from(*body.get(at..)?.first_chunk::<4>()?).into());
            Some(Some(Announced::new((address(0)?, port(8)?), (address(4)?, port(10)?))))
        }
        0x21 => {
            let address = |at: usize| Some(Ipv6Addr::from(*body.get(at..)?.first_chunk::<16>()?).into());
            Some(Some(Announced::new((address(0)?, port(32)?), (address(16)?, port(34)?))))
        }
        // Another family, or none: taken, and not understood.
        _ => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Announced, binary, text};

    fn from_to(source: &str, destination: &str) -> Option<Announced> {
        Some(Announced { source: source.parse().unwrap(), destination: destination.parse().unwrap() })
    }

    #[test]
    fn a_line_names_the_client() {
        let cases = [
            ("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n", Some(from_to("192.0.2.1:56324", "192.0.2.2:443"))),
            ("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n", Some(from_to("[2001:db8::1]:1", "[2001:db8::2]:65535"))),
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
        assert_eq!(binary([0x21, 0x11], &v4), Some(from_to("192.0.2.1:80", "192.0.2.2:443")));
        let with_more = [&v4[..], &[4, 0, 1, 9]].concat();
        assert_eq!(binary([0x21, 0x11], &with_more), Some(from_to("192.0.2.1:80", "192.0.2.2:443")));
        let mut v6 = [0; 36];
        v6[15] = 1;
        v6[33] = 80;
        assert_eq!(binary([0x21, 0x21], &v6), Some(from_to("[::1]:80", "[::]:0")));
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
