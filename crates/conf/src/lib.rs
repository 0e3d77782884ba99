//! The settings of a gateway: `gibbon.conf` or `kong.conf`, and the environment, as typed values.
//!
//! Every key is declared once, beside the section that reads it, with its default, its kind of value, its parser and
//! its documentation; `docs/configuration.md` and `docs/gibbon.conf.default` are written from those declarations.
//! A value that is wrong never stops the reading of the others: [`load`] reports all of them at once.
//!
//! This crate must not know what the settings are for: it opens no port, makes no folder, reads neither the process's
//! environment nor its working folder (both are given to it in [`Sources`]), and names no plugin.
//!
//! Start reading at [`load`], then [`Conf`], then any file of `section/`: each holds one section's keys and type.
//! To add a key: declare it in its section's file, add it to that file's `KEYS`, read it in `read`, and run
//! `UPDATE=1 cargo nextest run --cargo-profile release -p gibbon-conf` to renew the two documents.
//!
//! ```
//! use gibbon_conf::{ConfFile, Machine, Sources, User, load};
//!
//! let machine = Machine { user: User::Root, cores: 4, folder: "/".into() };
//! let env = [("KONG_PROXY_LISTEN".to_owned(), "127.0.0.1:9000".to_owned())];
//! let loaded = load(&Sources { file: ConfFile::Search(vec![]), env: env.to_vec(), options: vec![], machine })?;
//! assert_eq!(loaded.conf.proxy.listeners[0].address.port(), 9000);
//! # Ok::<(), Vec<gibbon_conf::ConfError>>(())
//! ```

mod admin_token;
mod cidr;
mod duration;
mod elsewhere;
mod error;
mod key;
mod kong;
mod list;
mod listen;
mod load;
mod nearest;
mod reader;
mod reference;
mod section;
mod shown;
mod size;
mod switch;
mod syntax;

pub use admin_token::{AdminToken, TokenAccess};
pub use cidr::{Cidr, CidrSet};
pub use error::{ConfError, Origin, Warning};
pub use key::{KeyDoc, Kind, SectionDoc, keys, sections};
pub use listen::{Carrier, KeepAlive, Listener};
pub use load::{Conf, ConfFile, Loaded, Machine, Sources, User, load, prefix};
pub use reference::{configuration_page, sample_file};
pub use section::admin::Admin;
pub use section::database::Database;
pub use section::declarative::Declared;
pub use section::dns::{AddressOrder, Dns, ServiceNames};
pub use section::error_pages::{ErrorPages, ErrorTemplate};
pub use section::general::{PluginSelection, Run};
pub use section::headers::{GatewayHeader, GatewayHeaders};
pub use section::jwt::Jwt;
pub use section::limits::Limits;
pub use section::log_format::{LogEscape, LogFormat, LogPiece, LogVariable};
pub use section::logs::{LogLevel, LogTarget, Logs};
pub use section::lua::UntrustedLua;
pub use section::manager::Manager;
pub use section::postgres::{Postgres, PostgresSsl};
pub use section::proxy::{ErrorType, PortMaps, Proxy};
pub use section::real_ip::{RealIp, RealIpSource};
pub use section::request_debug::RequestDebug;
pub use section::router::RouterFlavor;
pub use section::status::{Demand, Status};
pub use section::stored_answers::StoredAnswers;
pub use section::streams::Streams;
pub use section::tls::{Ciphers, ClientCertificates, Pem, PemPair, PortTls, Tls, TlsVersion};
pub use section::tracing::Tracing;
pub use section::upstream::{Trusted, Upstream};
pub use shown::Shown;
