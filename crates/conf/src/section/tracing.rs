//! What is traced of requests, for plugins that send spans.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::list;
use crate::reader::Reader;

/// What is traced, and of how many requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracing {
    /// The names of instruments; none where nothing is traced.
    pub instrumentations: Vec<&'static str>,
    /// Of a million requests, how many are traced.
    pub sampled_in_a_million: u32,
}

/// The names that a list may have.
const INSTRUMENTATIONS: [&str; 9] = [
    "request",
    "db_query",
    "dns_query",
    "router",
    "http_client",
    "balancer",
    "plugin_rewrite",
    "plugin_access",
    "plugin_header_filter",
];

const INSTRUMENTS: Key<Vec<&'static str>> = Key::new(
    "tracing_instrumentations",
    "off",
    Kind::List,
    instrumentations,
    "Of what there are spans: `all`, `off`, or some of `request`, `router`, `balancer`, `dns_query`, `plugin_access` and \
     `plugin_header_filter`. The request has always one where anything has. `db_query`, `http_client` and \
     `plugin_rewrite` may be named, but a request asks no database, has no client of HTTP and no such phase here, so that \
     they add none. Spans are made only for requests that a plugin sends them of.",
)
.also(&["opentelemetry_tracing"]);

const RATE: Key<u32> = Key::new(
    "tracing_sampling_rate",
    "0.01",
    Kind::Text,
    rate,
    "The share of requests that are traced, from 0 to 1, where neither the client nor a plugin says otherwise. It is decided \
     by the trace's id.",
)
.also(&["opentelemetry_tracing_sampling_rate"]);

const KEYS: &[KeyDoc] = &[INSTRUMENTS.doc, RATE.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Tracing", keys: KEYS };

impl Tracing {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        Self { instrumentations: reader.read(&INSTRUMENTS), sampled_in_a_million: reader.read(&RATE) }
    }
}

fn instrumentations(text: &str) -> Result<Vec<&'static str>, String> {
    let names: Vec<_> = list::elements(text).collect();
    match *names {
        ["off"] => return Ok(Vec::new()),
        ["all"] => return Ok(INSTRUMENTATIONS.to_vec()),
        _ => {}
    }
    let known = |name: &str| INSTRUMENTATIONS.into_iter().find(|known| *known == name);
    let found = names.iter().map(|name| known(name).ok_or_else(|| format!("`{name}` is nothing that can be traced")));
    found.collect()
}

fn rate(text: &str) -> Result<u32, String> {
    let share: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    match (0.0..=1.0).contains(&share) {
        true => Ok((share * 1_000_000.0).round() as u32),
        false => Err("must be from 0 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instruments_are_named_one_by_one_or_all_or_none() {
        assert_eq!(instrumentations("off"), Ok(Vec::new()));
        assert_eq!(instrumentations("all").map(|all| all.len()), Ok(9));
        assert_eq!(instrumentations("router, balancer"), Ok(vec!["router", "balancer"]));
        assert!(instrumentations("off,router").is_err() && instrumentations("x").is_err());
    }

    #[test]
    fn a_rate_is_a_share() {
        assert_eq!((rate("0.01"), rate("1"), rate("0")), (Ok(10_000), Ok(1_000_000), Ok(0)));
        assert!(rate("1.1").is_err() && rate("-1").is_err() && rate("NaN").is_err() && rate("x").is_err());
    }
}
