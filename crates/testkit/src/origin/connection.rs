//! One connection of an origin.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

use super::action::Step;
use super::{Reading, Shared};
use crate::message::{Length, MessageReader, Received};
use crate::waiting::Gate;

/// Whether the connection can carry another request.
#[derive(PartialEq, Eq)]
enum Next {
    Request,
    Nothing,
}

/// Serves until one side has had enough. Errors end the connection like a close: they are the other side's doing.
pub(super) fn serve(shared: &Shared, stream: TcpStream, number: usize) {
    let _ = stream.set_nodelay(true);
    if shared.reading == Reading::Nothing {
        // Ended by the origin's end alone: a closed other side would only be noticed by reading.
        Gate::new().wait();
        return;
    }
    let mut reader = MessageReader::new(stream);
    while let Ok(Some(request)) = receive(&mut reader, shared.reading, number) {
        let action = {
            // Kept before it is answered, so that whoever has the answer finds the request.
            shared.requests().push(request.clone());
            (shared.answer)(&request)
        };
        match perform(&mut reader, action.steps) {
            Ok(Next::Request) if shared.reading == Reading::Whole => {}
            _ => return,
        }
    }
}

fn receive(reader: &mut MessageReader<TcpStream>, reading: Reading, connection: usize) -> io::Result<Option<Received>> {
    let Some(head) = reader.head()? else { return Ok(None) };
    let mut words = head.first_line.split(' ').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    let (method, target, version) = (word(), word(), word());
    let length = head.length(Length::Exactly(0))?;
    let (body, trailers) = match reading {
        Reading::Whole => reader.body(length)?,
        Reading::HeadOnly | Reading::Nothing => Default::default(),
    };
    Ok(Some(Received { head: head.bytes, method, target, version, fields: head.fields, body, trailers, connection }))
}

fn perform(reader: &mut MessageReader<TcpStream>, steps: Vec<Step>) -> io::Result<Next> {
    for step in steps {
        let mut stream = reader.source();
        match step {
            Step::Send(bytes) => stream.write_all(&bytes)?,
            Step::SendTimes(bytes, times) => {
                for _ in 0..times {
                    stream.write_all(&bytes)?;
                }
            }
            Step::Discard(length) => reader.skip(length)?,
            Step::Pause(time) => thread::sleep(time),
            Step::WaitFor(gate) => {
                if !gate.wait() {
                    return Ok(Next::Nothing);
                }
            }
            Step::Close => return Ok(Next::Nothing),
            Step::Hang => {
                reader.body(Length::UntilClose)?;
                return Ok(Next::Nothing);
            }
            Step::Echo => {
                echo(reader)?;
                return Ok(Next::Nothing);
            }
        }
    }
    Ok(Next::Request)
}

fn echo(reader: &mut MessageReader<TcpStream>) -> io::Result<()> {
    // What came behind the request already is the first to be sent back.
    let early = reader.take_waiting();
    let mut stream = reader.source();
    stream.write_all(&early)?;
    let mut piece = [0; 64 * 1024];
    loop {
        match stream.read(&mut piece)? {
            0 => return Ok(()),
            length => stream.write_all(&piece[..length])?,
        }
    }
}
