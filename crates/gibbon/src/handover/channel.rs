//! What the two processes say to each other: short messages over a pair of sockets, some of them with sockets attached.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// The most sockets in one message. The system takes 253.
pub(super) const SOCKETS_AT_ONCE: usize = 128;

/// The longest message.
const LONGEST: usize = 256;

/// One end.
#[derive(Debug)]
pub(super) struct Channel(OwnedFd);

/// What has been said.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) sockets: Vec<OwnedFd>,
}

impl Channel {
    /// Both ends; the second is for the other process.
    pub(super) fn pair() -> io::Result<(Self, OwnedFd)> {
        // With boundaries between messages, so that sockets cannot be taken for those of another message.
        let (own, other) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Self(own), other))
    }

    /// The end that this process was given.
    pub(super) fn given(end: OwnedFd) -> Self {
        Self(end)
    }

    /// Says something.
    pub(super) fn say(&self, text: &str) -> io::Result<()> {
        self.send(text, &[])
    }

    /// Says something and hands over sockets, at most [`SOCKETS_AT_ONCE`].
    pub(super) fn send(&self, text: &str, sockets: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS_AT_ONCE))];
        let mut attached = SendAncillaryBuffer::new(&mut space);
        if !sockets.is_empty() && !attached.push(SendAncillaryMessage::ScmRights(sockets)) {
            return Err(io::Error::other("too many sockets for one message"));
        }
        // The other process may be gone, which must not end this one by a signal.
        sendmsg(self.0.as_fd(), &[IoSlice::new(text.as_bytes())], &mut attached, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// Waits for what is said next, for `patience` at the longest.
    pub(super) fn hear(&self, patience: Duration) -> io::Result<Message> {
        set_socket_timeout(&self.0, Timeout::Recv, Some(patience))?;
        let mut text = [0; LONGEST];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(SOCKETS_AT_ONCE))];
        let mut attached = RecvAncillaryBuffer::new(&mut space);
        let received = loop {
            let buffers = &mut [IoSliceMut::new(&mut text)];
            match recvmsg(self.0.as_fd(), buffers, &mut attached, RecvFlags::CMSG_CLOEXEC) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Err(io::ErrorKind::TimedOut.into()),
                other => break other?,
            }
        };
        if received.bytes == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let sockets = attached.drain().flat_map(|message| match message {
            RecvAncillaryMessage::ScmRights(sockets) => sockets.collect(),
            _ => Vec::new(),
        });
        let sockets = sockets.collect();
        let text = String::from_utf8_lossy(text.get(..received.bytes).unwrap_or_default()).into_owned();
        Ok(Message { text, sockets })
    }

    /// Waits for one word.
    pub(super) fn expect(&self, word: &str, patience: Duration) -> io::Result<()> {
        let said = self.hear(patience)?;
        if said.text == word { Ok(()) } else { Err(io::Error::other(format!("`{}` instead of `{word}`", said.text))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn a_socket_that_is_handed_over_is_the_same_one() {
        let (here, there) = Channel::pair().unwrap();
        let there = Channel::given(there);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        here.send("a socket", &[listener.as_fd()]).unwrap();
        here.say("no socket").unwrap();
        drop(listener);
        let message = there.hear(PATIENCE).unwrap();
        let [socket] = <[OwnedFd; 1]>::try_from(message.sockets).unwrap();
        assert_eq!((message.text.as_str(), TcpListener::from(socket).local_addr().unwrap()), ("a socket", address));
        assert!(there.hear(PATIENCE).unwrap().sockets.is_empty());
    }

    #[test]
    fn whoever_waits_for_a_process_that_is_gone_gets_to_know() {
        let (here, there) = Channel::pair().unwrap();
        drop(there);
        assert_eq!(here.hear(PATIENCE).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(here.say("hello").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_process_that_says_nothing_is_not_waited_for_for_ever() {
        let (here, _there) = Channel::pair().unwrap();
        assert_eq!(here.hear(Duration::from_millis(5)).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
