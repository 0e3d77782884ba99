//! A name server that says what it is told to.

use std::collections::HashMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What it says about a name.
#[derive(Debug, Clone)]
pub enum NameRecord {
    /// An address.
    A(Ipv4Addr),
    /// One of version 6.
    Aaaa(Ipv6Addr),
    /// Where a service is (RFC 2782).
    Srv {
        /// Lower ones come first.
        priority: u16,
        /// The share among those of one priority.
        weight: u16,
        /// The port.
        port: u16,
        /// The host.
        target: String,
    },
}

/// A name server on a free port of 127.0.0.1, until the process ends. Names that it was told nothing about do not exist.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    names: Names,
}

type Names = Arc<Mutex<HashMap<String, Vec<NameRecord>>>>;

/// How long its answers are good, in seconds.
const TTL: u32 = 1;

/// The length of the header of a message (RFC 1035 section 4.1.1).
const HEADER: usize = 12;

impl NameServer {
    /// Starts one.
    ///
    /// # Panics
    /// Where no port is free.
    pub fn start() -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = socket.local_addr().expect("it is bound");
        let names = Names::default();
        let known = Arc::clone(&names);
        thread::spawn(move || serve(&socket, &known));
        Self { address, names }
    }

    /// Where it is, for `dns_resolver`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// From now on this is all there is to say about a name; nothing is that it does not exist.
    pub fn say(&self, name: &str, records: &[NameRecord]) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if records.is_empty() {
            names.remove(name);
        } else {
            names.insert(name.to_owned(), records.to_vec());
        }
    }
}

fn serve(socket: &UdpSocket, names: &Names) {
    let mut message = [0; 512];
    while let Ok((length, client)) = socket.recv_from(&mut message) {
        if let Some(answer) = answer(&message[..length], names) {
            // The one who asked may have gone.
            let _ = socket.send_to(&answer, client);
        }
    }
}

fn answer(query: &[u8], names: &Names) -> Option<Vec<u8>> {
    let end = HEADER + query.get(HEADER..)?.iter().position(|byte| *byte == 0)? + 1;
    let kind = u16::from_be_bytes([*query.get(end)?, *query.get(end + 1)?]);
    let known = names.lock().unwrap_or_else(PoisonError::into_inner).get(&name(&query[HEADER..end])).cloned();
    let records = known.iter().flatten().filter(|record| record.kind() == kind);
    let records: Vec<Vec<u8>> = records.map(NameRecord::data).collect();
    // An answer, authoritative, with recursion: NXDOMAIN for names that are not there.
    let flags = if known.is_some() { [0x85, 0x80] } else { [0x85, 0x83] };
    let count = u16::try_from(records.len()).ok()?.to_be_bytes();
    let mut answer = [&query[..2], &flags, &[0, 1], &count, &[0; 4], query.get(HEADER..end + 4)?].concat();
    for data in records {
        // The name is that of the question.
        answer.extend([0xc0, 0x0c]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1]);
        answer.extend(TTL.to_be_bytes());
        answer.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        answer.extend(data);
    }
    Some(answer)
}

/// The text of a name (RFC 1035 section 3.1).
fn name(mut labels: &[u8]) -> String {
    let mut parts = Vec::new();
    while let Some((length @ 1.., rest)) = labels.split_first() {
        let (label, rest) = rest.split_at(usize::from(*length).min(rest.len()));
        parts.push(String::from_utf8_lossy(label).to_lowercase());
        labels = rest;
    }
    parts.join(".")
}

impl NameRecord {
    fn kind(&self) -> u16 {
        match self {
            Self::A(_) => 1,
            Self::Aaaa(_) => 28,
            Self::Srv { .. } => 33,
        }
    }

    fn data(&self) -> Vec<u8> {
        match self {
            Self::A(address) => address.octets().to_vec(),
            Self::Aaaa(address) => address.octets().to_vec(),
            Self::Srv { priority, weight, port, target } => {
                let numbers = [priority, weight, port].into_iter().flat_map(|number| number.to_be_bytes());
                let labels = target.split('.').flat_map(|label| {
                    let length = u8::try_from(label.len()).expect("a label has up to 63 characters");
                    std::iter::once(length).chain(label.bytes())
                });
                numbers.chain(labels).chain([0]).collect()
            }
        }
    }
}
