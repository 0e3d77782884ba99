//! A load generator: one thread, connections that are kept, each sending its next request when it has its answer, and an
//! exact number of requests. It prints one line of JSON: how many were answered, how many badly, and how fast.
//!
//! ```text
//! lgen --address 127.0.0.1:8000 --connections 64 --requests 30000 [--path /svc/hello?x=1]
//!      [--at-once N] [--rate N] [--upload BYTES] [--tokens FILE [--first N] [--once]] [--hold]
//! ```
//!
//! `--at-once`: how many requests are under way (as many as there are connections); they go round all connections.
//! `--rate`: how many requests begin in a second, those of each millisecond together, and never more than `--at-once` are
//! under way; without it each answer is followed by a request.
//! `--upload`: each request is a POST with a body of so many bytes.
//! `--tokens`: one bearer token a line, used in turn, from line N (0) on. `--once`: none of them twice, or it ends with an
//! error. `--hold`: after the line of JSON the connections stay open until standard input is closed.

mod answer;
mod connection;
mod load;
mod options;
mod requests;
mod tally;

use std::io::Read;
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("lgen: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), String> {
    let requests = requests::Requests::new(options)?;
    let mut load = load::Load::connect(options).map_err(|error| error.to_string())?;
    let tally = load.run(&requests, options.requests).map_err(|error| error.to_string())?;
    println!("{}", tally.to_json());
    if options.hold {
        std::io::stdin().read_to_end(&mut Vec::new()).map_err(|error| error.to_string())?;
    }
    Ok(())
}
