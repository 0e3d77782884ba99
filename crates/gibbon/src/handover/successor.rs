//! The process that takes over.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::os::fd::AsFd as _;
use std::time::Duration;

use super::channel::Channel;
use super::listeners::Listeners;
use super::predecessor::{ALL, ALONE, GO, GREETING, LISTENS, PREPARED, SERVING, TAKES_DATAGRAMS};

/// How long the predecessor may take for a step. Its Admin API may have long requests under way.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a process cannot take over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SuccessorError {
    /// It was started by hand.
    #[error("`--successor` is for a gateway that changes to another program: see `gibbon upgrade`")]
    NoPredecessor,
    /// The predecessor is gone, or says nothing.
    #[error("the gateway that was to be taken over from does not go on: {0}")]
    Silent(#[from] io::Error),
    /// It is of a version that does this in another way.
    #[error("the gateway that was to be taken over from speaks another way (`{0}`): restart it instead")]
    Foreign(String),
}

/// The way back to the predecessor.
#[derive(Debug)]
pub(crate) struct Successor(Channel);

impl Successor {
    /// Takes the sockets of the predecessor, which is at the other end of standard input.
    ///
    /// # Errors
    /// Where it is not.
    pub(crate) fn begin() -> Result<(Self, Listeners), SuccessorError> {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(SuccessorError::NoPredecessor);
        }
        let channel = Channel::given(input.as_fd().try_clone_to_owned()?);
        nix::unistd::dup2_stdin(OpenOptions::new().read(true).open("/dev/null")?).map_err(io::Error::from)?;
        let greeting = channel.hear(PATIENCE).map_err(|_| SuccessorError::NoPredecessor)?.text;
        if greeting != GREETING {
            return Err(SuccessorError::Foreign(greeting));
        }
        let mut listeners = Listeners::default();
        loop {
            let message = channel.hear(PATIENCE)?;
            if message.text == ALL {
                return Ok((Self(channel), listeners));
            }
            // What a version to come hands over beside these is not for this one.
            let address = |said: &str| message.text.strip_prefix(said)?.parse::<SocketAddr>().ok();
            if let Some(address) = address(LISTENS) {
                listeners.inherit(address, message.sockets.into_iter().map(TcpListener::from).collect());
            } else if let Some(address) = address(TAKES_DATAGRAMS) {
                listeners.inherit_datagrams(address, message.sockets.into_iter().map(UdpSocket::from).collect());
            }
        }
    }

    /// Everything is read and open: the predecessor may end its Admin API. Waits until it has.
    ///
    /// # Errors
    /// Where it does not go on.
    pub(crate) fn wait_for_turn(&self) -> Result<(), SuccessorError> {
        self.0.say(PREPARED)?;
        Ok(self.0.expect(GO, PATIENCE)?)
    }

    /// This process serves. Waits until it is the only one that accepts connections, which a predecessor that is gone
    /// does not either.
    pub(crate) fn serves(self) {
        let left = self.0.say(SERVING).and_then(|()| self.0.expect(ALONE, PATIENCE));
        if let Err(error) = left {
            tracing::warn!(%error, "the gateway before this one has not taken its leave");
        }
    }
}
