//! Who this node is, for those who know several.

use std::io;
use std::path::Path;
use std::sync::Arc;

use gibbon_conf::Conf;
use gibbon_plugin_api::{Instruments, LogFeed, Node, Tracing};
use uuid::Uuid;

/// The name, below the prefix, of the file that holds the id of the node.
const NODE_ID: &str = "node_id";

/// Its id, the name of the machine, and the lines of its log, for plugins and for the Admin API.
///
/// # Errors
/// Where the id cannot be kept.
pub(super) fn of(conf: &Conf, log: Arc<LogFeed>) -> io::Result<Node> {
    let id = match conf.node_id.as_deref().and_then(|id| Uuid::try_parse(id).ok()) {
        Some(id) => id,
        None => kept(&conf.prefix)?,
    };
    let hostname: Arc<str> = nix::unistd::gethostname()?.to_string_lossy().into();
    Ok(Node { id, hostname, log, ..Node::default() })
}

/// What its plugins trace.
pub(super) fn tracing(conf: &Conf) -> Tracing {
    let instruments = Instruments::named(conf.tracing.instrumentations.iter().copied());
    Tracing { instruments, sampling_rate: f64::from(conf.tracing.sampled_in_a_million) / 1_000_000.0 }
}

/// The same after a restart: what is known of a node elsewhere stays true.
fn kept(prefix: &Path) -> io::Result<Uuid> {
    let file = prefix.join(NODE_ID);
    let known = std::fs::read_to_string(&file).ok().and_then(|text| Uuid::try_parse(text.trim()).ok());
    if let Some(id) = known {
        return Ok(id);
    }
    let id = Uuid::new_v4();
    std::fs::write(file, format!("{id}\n"))?;
    Ok(id)
}
