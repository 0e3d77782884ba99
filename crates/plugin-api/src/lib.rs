//! What a plugin may see and do.
//!
//! A plugin reads and edits the request through [`RequestCx`], answers with a [`Flow`], and declares itself with a
//! [`PluginDef`]. Nothing here knows a socket, a database or the engine that carries HTTP: the representation of
//! headers is private to [`headers`], so that the engine below can change without touching a plugin.
//!
//! Start at [`plugin`] for what a plugin declares, at [`handler`] for its phases, at [`request`] for what it can reach.

pub mod admin;
pub mod captures;
pub mod carried;
pub mod connection;
pub mod counters;
pub mod credential;
pub mod directory;
pub mod explanation;
pub mod exposition;
pub mod filter;
pub mod flow;
pub mod handler;
pub mod handshake;
pub mod head;
pub mod headers;
pub mod identity;
pub mod known_name;
mod log;
pub mod log_feed;
pub mod log_values;
pub mod mark;
pub mod meter;
pub mod node;
pub mod offload;
pub mod plugin;
pub mod query;
pub mod records;
pub mod reply;
pub mod request;
pub mod response;
pub mod scope;
pub mod shared;
pub mod stream;
pub mod target;
pub mod timeline;
pub mod tracing;
pub mod worker;

pub use admin::{AdminAnswer, AdminCall, AdminPath, Configured};
pub use captures::Captures;
pub use carried::Carried;
pub use connection::{Connection, Scheme};
pub use counters::{CountedWindow, CountersAway, Counting, SharedCounters};
pub use credential::{Credential, CredentialDef, LoadedCredential};
pub use directory::Directory;
pub use explanation::Explanation;
pub use exposition::{Exposition, Kind};
pub use filter::{BodyFilter, FilterJob, Filtered};
pub use flow::{Flow, Resume};
pub use handler::{BodyNeed, Handler, Phases};
pub use handshake::{Carries, Handshake, HandshakeCx, Wishes};
pub use head::{Overrides, RequestHead, ResponseHead, Timeouts};
pub use headers::{AsFieldValue, FieldText, Headers};
pub use identity::Identity;
pub use known_name::{KnownName, KnownNames};
pub use log::{LogCx, Lookup, Measure, Try, UpstreamLog};
pub use log_feed::{LogFeed, LogLevel, LogLine};
pub use log_values::LogValues;
pub use mark::{Mark, MarkDef};
pub use meter::{Measured, Meter, MeterCx, Names, TargetHealth, TargetState};
pub use node::{Live, Node};
pub use offload::{Busy, Offload};
pub use plugin::{ConfigureError, IssuerSettings, Keeping, LuaCode, PluginDef, Registry, Settings};
pub use records::{Edit, Finding, Listing, PluginRecords, RecordsError, Writing};
pub use reply::{Reply, ReplyBody};
pub use request::{Announced, BodyLimit, RequestCx};
pub use response::{BodyCopy, ResponseCx, Rewrite, Source};
pub use scope::{EVERYWHERE, Scope};
pub use shared::Shared;
pub use stream::{Stream, StreamCx, StreamLogCx, StreamTls, Verdict};
pub use target::Target;
pub use timeline::{Activity, Step};
pub use tracing::{Instruments, Tracing};
pub use worker::WorkerLocals;
