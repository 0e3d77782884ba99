//! A socket for datagrams of many clients that knows at which of its addresses each has arrived: an answer has to come
//! from there, or its client would not take it for one.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::libc::{in_pktinfo, in6_pktinfo};
use nix::sys::socket::sockopt::{Ipv4PacketInfo, Ipv6RecvPacketInfo};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg, setsockopt};
use tokio::io::Interest;

/// See the module.
pub(crate) struct Socket {
    socket: tokio::net::UdpSocket,
    address: SocketAddr,
}

/// A datagram that has come.
pub(crate) struct Received {
    pub(crate) length: usize,
    pub(crate) client: SocketAddr,
    pub(crate) arrived: Arrived,
}

/// Where it has come to.
#[derive(Clone, Copy)]
pub(crate) struct Arrived {
    pub(crate) address: IpAddr,
    way: Way,
}

/// What the system is told for the way back.
#[derive(Clone, Copy)]
enum Way {
    V4(in_pktinfo),
    V6(in6_pktinfo),
    /// It did not say; the socket's own address it is.
    Unknown,
}

impl Socket {
    /// Takes a socket that is bound and does not block.
    pub(crate) fn new(socket: UdpSocket) -> io::Result<Self> {
        let address = socket.local_addr()?;
        match address {
            SocketAddr::V4(_) => setsockopt(&socket, Ipv4PacketInfo, &true)?,
            SocketAddr::V6(_) => setsockopt(&socket, Ipv6RecvPacketInfo, &true)?,
        }
        Ok(Self { socket: tokio::net::UdpSocket::from_std(socket)?, address })
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Waits until there may be a datagram.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes one into `buffer`.
    pub(crate) fn try_receive(&self, buffer: &mut [u8]) -> io::Result<Received> {
        self.socket.try_io(Interest::READABLE, || {
            let mut control = nix::cmsg_space!(in6_pktinfo);
            let mut parts = [IoSliceMut::new(buffer)];
            let descriptor = self.socket.as_raw_fd();
            let message = recvmsg::<SockaddrStorage>(descriptor, &mut parts, Some(&mut control), MsgFlags::empty())?;
            let client = message.address.as_ref().and_then(socket_address).ok_or(io::ErrorKind::InvalidData)?;
            let arrived = message.cmsgs()?.find_map(arrived);
            let arrived = arrived.unwrap_or(Arrived { address: self.address.ip(), way: Way::Unknown });
            Ok(Received { length: message.bytes, client, arrived })
        })
    }

    /// Sends one to a client, from where its own have come to. What the system has no room for is lost, as datagrams are.
    pub(crate) fn send(&self, datagram: &[u8], client: SocketAddr, arrived: &Arrived) -> io::Result<()> {
        let parts = [IoSlice::new(datagram)];
        let to = SockaddrStorage::from(client);
        let send = |control: &[ControlMessage<'_>]| {
            sendmsg(self.socket.as_raw_fd(), &parts, control, MsgFlags::MSG_DONTWAIT, Some(&to))
        };
        let sent = match &arrived.way {
            Way::V4(info) => send(&[ControlMessage::Ipv4PacketInfo(info)]),
            Way::V6(info) => send(&[ControlMessage::Ipv6PacketInfo(info)]),
            Way::Unknown => send(&[]),
        };
        sent.map(drop).map_err(io::Error::from)
    }
}

fn arrived(message: ControlMessageOwned) -> Option<Arrived> {
    match message {
        ControlMessageOwned::Ipv4PacketInfo(mut info) => {
            let address = Ipv4Addr::from(u32::from_be(info.ipi_addr.s_addr));
            // The way back is for the routes of the system to say.
            info.ipi_ifindex = 0;
            info.ipi_spec_dst = info.ipi_addr;
            Some(Arrived { address: address.into(), way: Way::V4(info) })
        }
        ControlMessageOwned::Ipv6PacketInfo(mut info) => {
            let address = Ipv6Addr::from(info.ipi6_addr.s6_addr);
            if !address.is_unicast_link_local() {
                info.ipi6_ifindex = 0;
            }
            Some(Arrived { address: address.into(), way: Way::V6(info) })
        }
        _ => None,
    }
}

fn socket_address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = || storage.as_sockaddr_in().map(|v4| SocketAddr::from((v4.ip(), v4.port())));
    let v6 = || storage.as_sockaddr_in6().map(|v6| SocketAddr::V6((*v6).into()));
    v4().or_else(v6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_comes_from_the_address_that_was_asked() {
        let everywhere = UdpSocket::bind("0.0.0.0:0").unwrap();
        everywhere.set_nonblocking(true).unwrap();
        let socket = Socket::new(everywhere).unwrap();
        let client = UdpSocket::bind("127.0.0.1:0").unwrap();
        let asked = SocketAddr::from(([127, 0, 0, 2], socket.port()));
        client.send_to(b"hello", asked).unwrap();
        let mut buffer = [0; 16];
        let received = loop {
            socket.readable().await.unwrap();
            match socket.try_receive(&mut buffer) {
                Ok(received) => break received,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        };
        assert_eq!((received.arrived.address, &buffer[..received.length]), (asked.ip(), &b"hello"[..]));
        assert_eq!(received.client, client.local_addr().unwrap());
        socket.send(b"back", received.client, &received.arrived).unwrap();
        let (length, from) = client.recv_from(&mut buffer).unwrap();
        assert_eq!((&buffer[..length], from), (&b"back"[..], asked));
    }
}
