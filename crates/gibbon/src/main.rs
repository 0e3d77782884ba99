//! The `gibbon` command: an API gateway that speaks Kong's interfaces.
//!
//! Everything that a gateway does is in the crates below; here are the commands (`cli`), the wiring of the crates to a
//! running gateway (`app`), and what a Unix process needs: its configuration (`conf_source`), its log (`logging`), its
//! `allocator` and its `memory`, its signals, its process id file, its way into the background (`background`), the `program` that it is, whom
//! it hands over to (`handover`), and what the `service_manager` is told. Start reading at `cli`, then `cli/start`.

mod allocator;
mod app;
mod background;
mod cli;
mod conf_source;
mod handover;
mod logging;
mod memory;
mod pid_file;
mod program;
mod service_manager;
mod signals;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    memory::take_small_pages();
    cli::main()
}
