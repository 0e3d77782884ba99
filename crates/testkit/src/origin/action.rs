//! What an origin does with a request: a list of steps.

use std::time::Duration;

use crate::waiting::Gate;

/// The steps of an answer, in their order. After the last one the connection waits for the next request.
#[derive(Clone, Default)]
pub struct Action {
    pub(super) steps: Vec<Step>,
}

#[derive(Clone)]
pub(super) enum Step {
    Send(Vec<u8>),
    SendTimes(Vec<u8>, usize),
    Discard(usize),
    Pause(Duration),
    WaitFor(Gate),
    Close,
    Hang,
    Echo,
}

impl Action {
    /// Sends raw bytes.
    pub fn send(bytes: impl Into<Vec<u8>>) -> Self {
        Self::default().then_send(bytes)
    }

    /// 200 with `body`.
    pub fn ok(body: &str) -> Self {
        Self::answer("200 OK", &[], body)
    }

    /// An answer with `fields` (each a line) and a body of known length.
    pub fn answer(status: &str, fields: &[&str], body: &str) -> Self {
        let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        Self::send(format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    /// Closes without a word.
    pub fn close() -> Self {
        Self::default().then_close()
    }

    /// Never answers.
    pub fn hang() -> Self {
        Self::default().then_hang()
    }

    /// Sends more.
    #[must_use]
    pub fn then_send(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Send(bytes.into()))
    }

    /// Sends the same bytes again and again.
    #[must_use]
    pub fn then_send_times(self, bytes: impl Into<Vec<u8>>, times: usize) -> Self {
        self.then(Step::SendTimes(bytes.into(), times))
    }

    /// Reads so many bytes of what comes and forgets them.
    #[must_use]
    pub fn then_discard(self, length: usize) -> Self {
        self.then(Step::Discard(length))
    }

    /// Is silent for some time, for tests of time limits.
    #[must_use]
    pub fn then_pause(self, time: Duration) -> Self {
        self.then(Step::Pause(time))
    }

    /// Waits for the test.
    #[must_use]
    pub fn then_wait_for(self, gate: &Gate) -> Self {
        self.then(Step::WaitFor(gate.clone()))
    }

    /// Closes the connection.
    #[must_use]
    pub fn then_close(self) -> Self {
        self.then(Step::Close)
    }

    /// Does nothing more until the other side closes.
    #[must_use]
    pub fn then_hang(self) -> Self {
        self.then(Step::Hang)
    }

    /// Sends everything back that comes from now on, until the other side closes.
    #[must_use]
    pub fn then_echo(self) -> Self {
        self.then(Step::Echo)
    }

    fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}
