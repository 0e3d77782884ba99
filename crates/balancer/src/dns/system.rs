//! Asking as the system is configured to: `/etc/hosts` first, then name servers, with search domains.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{NetError, NoRecords};
use hickory_resolver::proto::op::{Query, ResponseCode};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::{Hosts, MAX_TTL, TokioResolver, system_conf};

use super::families::{Answer, both};
use super::{DnsError, Lookup, LookupFuture, Resolved, ResolvedServices, Service, ServicesFuture};

/// Which addresses of a name are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Both, IPv4 first.
    #[default]
    V4ThenV6,
    /// Both, IPv6 first.
    V6ThenV4,
    /// IPv4 alone.
    V4,
    /// IPv6 alone.
    V6,
}

impl Family {
    fn types(self) -> &'static [RecordType] {
        match self {
            Self::V4ThenV6 => &[RecordType::A, RecordType::AAAA],
            Self::V6ThenV4 => &[RecordType::AAAA, RecordType::A],
            Self::V4 => &[RecordType::A],
            Self::V6 => &[RecordType::AAAA],
        }
    }
}

/// Whether names can be those of services (`SRV`, RFC 2782).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceNames {
    /// Name servers are asked for services.
    LookedUp,
    /// There are none.
    Ignored,
}

/// Asks `/etc/hosts` and name servers. Both are read from the system once, when it is made.
pub struct SystemLookup {
    family: Family,
    services: ServiceNames,
    hosts: Hosts,
    /// Absent when there is nobody to ask; names of the hosts file and `localhost` are known even then.
    resolver: Result<TokioResolver, String>,
}

impl SystemLookup {
    /// Asks these name servers (those of `/etc/resolv.conf` if there are none). Search domains and time limits are the
    /// system's in either case.
    pub fn new(servers: &[SocketAddr], family: Family) -> Self {
        let hosts = read_or_none(Hosts::from_system());
        Self { family, services: ServiceNames::LookedUp, hosts, resolver: resolver(servers) }
    }

    /// The same with names of services, or without.
    #[must_use]
    pub fn with_services(self, services: ServiceNames) -> Self {
        Self { services, ..self }
    }

    /// The same with another file in place of the system's hosts file.
    #[must_use]
    pub fn with_hosts_file(self, path: &Path) -> Self {
        let mut hosts = Hosts::default();
        let read = File::open(path).and_then(|file| hosts.read_hosts_conf(file));
        Self { hosts: read_or_none(read.map(|()| hosts)), ..self }
    }

    async fn ask(&self, name: &str) -> Result<Resolved, DnsError> {
        let unavailable = |reason: String| DnsError::Unavailable { name: name.to_owned(), reason };
        let parsed = Name::from_str_relaxed(name).map_err(|error| unavailable(error.to_string()))?;
        if let Some(addresses) = self.known_here(&parsed) {
            return Ok(Resolved { addresses, ttl: Duration::from_secs(MAX_TTL.into()) });
        }
        let resolver = self.resolver.as_ref().map_err(|reason| unavailable(reason.clone()))?;
        let answer = match *self.family.types() {
            [first, second] => both(addresses(resolver, &parsed, first), addresses(resolver, &parsed, second)).await,
            [only] => addresses(resolver, &parsed, only).await,
            _ => Answer::Absent,
        };
        match answer {
            Answer::Found(addresses, ttl) => Ok(Resolved { addresses, ttl }),
            Answer::Absent => Err(DnsError::NotFound { name: name.to_owned() }),
            Answer::Failed(reason) => Err(unavailable(reason)),
        }
    }

    async fn ask_for_services(&self, name: &str) -> Result<ResolvedServices, DnsError> {
        let unavailable = |reason: String| DnsError::Unavailable { name: name.to_owned(), reason };
        let not_found = || DnsError::NotFound { name: name.to_owned() };
        let parsed = Name::from_str_relaxed(name).map_err(|error| unavailable(error.to_string()))?;
        if self.services == ServiceNames::Ignored || self.known_here(&parsed).is_some() {
            return Err(not_found());
        }
        let resolver = self.resolver.as_ref().map_err(|reason| unavailable(reason.clone()))?;
        match resolver.lookup(parsed, RecordType::SRV).await {
            Ok(found) => {
                let places: Vec<_> = found.answers().iter().filter_map(|record| service(&record.data)).collect();
                let ttl = found.valid_until().saturating_duration_since(Instant::now());
                if places.is_empty() { Err(not_found()) } else { Ok(ResolvedServices { places, ttl }) }
            }
            Err(error) if is_absence(&error) => Err(not_found()),
            Err(error) => Err(unavailable(error.to_string())),
        }
    }

    /// Names that need no name server: those of the hosts file, and those below `localhost` (RFC 6761 section 6.3).
    fn known_here(&self, name: &Name) -> Option<Vec<IpAddr>> {
        let types = self.family.types();
        let in_file = types.iter().flat_map(|&record_type| {
            let found = self.hosts.lookup_static_host(&Query::query(name.clone(), record_type));
            let addresses = found.iter().flat_map(|found| found.answers());
            addresses.filter_map(|record| record.data.ip_addr()).collect::<Vec<_>>()
        });
        let in_file: Vec<_> = in_file.collect();
        if !in_file.is_empty() {
            return Some(in_file);
        }
        let loopback = |record_type: &RecordType| match record_type {
            RecordType::AAAA => IpAddr::V6(Ipv6Addr::LOCALHOST),
            _ => IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        name.is_localhost().then(|| types.iter().map(loopback).collect())
    }
}

/// The addresses of a name in one family.
async fn addresses(resolver: &TokioResolver, name: &Name, record_type: RecordType) -> Answer {
    match resolver.lookup(name.clone(), record_type).await {
        Ok(found) => {
            let addresses: Vec<_> = found.answers().iter().filter_map(|record| record.data.ip_addr()).collect();
            let ttl = found.valid_until().saturating_duration_since(Instant::now());
            if addresses.is_empty() { Answer::Absent } else { Answer::Found(addresses, ttl) }
        }
        Err(error) if is_absence(&error) => Answer::Absent,
        Err(error) => Answer::Failed(error.to_string()),
    }
}

/// No names where the file cannot be read: those of name servers are none the worse for it.
fn read_or_none(hosts: io::Result<Hosts>) -> Hosts {
    hosts.unwrap_or_else(|error| {
        tracing::warn!(%error, "the hosts file cannot be read; its names are not known");
        Hosts::default()
    })
}

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, name: &'a str) -> LookupFuture<'a> {
        Box::pin(self.ask(name))
    }

    fn services<'a>(&'a self, name: &'a str) -> ServicesFuture<'a> {
        Box::pin(self.ask_for_services(name))
    }
}

/// A place where a service is. The root as its host says that it is nowhere (RFC 2782).
fn service(record: &RData) -> Option<Service> {
    let RData::SRV(srv) = record else { return None };
    let host = srv.target.to_ascii().trim_end_matches('.').into();
    let service = Service { priority: srv.priority, weight: srv.weight, port: srv.port, host };
    (!service.host.is_empty()).then_some(service)
}

/// Whether a name server has said that there is nothing, as opposed to having failed.
fn is_absence(error: &NetError) -> bool {
    use hickory_resolver::net::DnsError as Answer;
    matches!(
        error,
        NetError::Dns(Answer::NoRecordsFound(NoRecords {
            response_code: ResponseCode::NoError | ResponseCode::NXDomain,
            ..
        }))
    )
}

fn resolver(servers: &[SocketAddr]) -> Result<TokioResolver, String> {
    let (config, options) = match system_conf::read_system_conf() {
        Ok(system) => system,
        Err(error) if servers.is_empty() => return Err(format!("there is no name server: {error}")),
        Err(_) => (ResolverConfig::default(), ResolverOpts::default()),
    };
    let config = match servers {
        [] => config,
        _ => {
            let servers = servers.iter().map(name_server).collect();
            ResolverConfig::from_parts(config.domain().cloned(), config.search().to_vec(), servers)
        }
    };
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let chosen = builder.options_mut();
    *chosen = options;
    // The hosts file is looked at before, and answers are kept by the cache in front of this.
    chosen.use_hosts_file = ResolveHosts::Never;
    chosen.cache_size = 0;
    builder.build().map_err(|error| error.to_string())
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline() -> SystemLookup {
        let mut hosts = Hosts::default();
        let file = "192.0.2.7 db.test db\n2001:db8::7 db.test\n2001:db8::8 six.test # comment\n";
        hosts.read_hosts_conf(file.as_bytes()).unwrap();
        SystemLookup {
            family: Family::V4ThenV6,
            services: ServiceNames::LookedUp,
            hosts,
            resolver: Err("there is no name server".to_owned()),
        }
    }

    fn known(lookup: &SystemLookup, name: &str) -> Vec<String> {
        let known = lookup.known_here(&Name::from_str_relaxed(name).unwrap());
        known.into_iter().flatten().map(|address| address.to_string()).collect()
    }

    #[test]
    fn localhost_is_the_loopback_without_a_hosts_file_and_without_a_network() {
        let lookup = offline();
        for name in ["localhost", "localhost.", "LOCALHOST"] {
            assert_eq!(known(&lookup, name), ["127.0.0.1", "::1"], "{name}");
        }
        let six = SystemLookup { family: Family::V6ThenV4, ..offline() };
        assert_eq!(known(&six, "localhost"), ["::1", "127.0.0.1"]);
        let only_six = SystemLookup { family: Family::V6, ..offline() };
        assert_eq!(known(&only_six, "localhost"), ["::1"]);
    }

    #[test]
    fn the_hosts_file_comes_first_with_the_preferred_family_in_front() {
        let lookup = offline();
        assert_eq!(known(&lookup, "db.test"), ["192.0.2.7", "2001:db8::7"]);
        assert_eq!(known(&lookup, "DB"), ["192.0.2.7"]);
        assert_eq!(known(&lookup, "six.test"), ["2001:db8::8"]);
        assert_eq!(known(&lookup, "other.test"), [""; 0]);
        let six = SystemLookup { family: Family::V6ThenV4, ..offline() };
        assert_eq!(known(&six, "db.test"), ["2001:db8::7", "192.0.2.7"]);
        let only_four = SystemLookup { family: Family::V4, ..offline() };
        assert_eq!(known(&only_four, "six.test"), [""; 0]);
    }

    #[test]
    fn another_file_may_take_the_place_of_the_hosts_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hosts");
        std::fs::write(&path, "192.0.2.9 mine.test\n").unwrap();
        let lookup = offline().with_hosts_file(&path);
        assert_eq!(known(&lookup, "mine.test"), ["192.0.2.9"]);
        assert_eq!(known(&lookup, "db.test"), [""; 0]);
        assert_eq!(known(&lookup.with_hosts_file(Path::new("/nowhere/hosts")), "mine.test"), [""; 0]);
    }

    #[tokio::test]
    async fn without_a_name_server_other_names_cannot_be_asked_for() {
        let error = offline().ask("other.test").await.unwrap_err();
        assert_eq!(error.to_string(), "cannot resolve `other.test`: there is no name server");
    }

    #[tokio::test]
    async fn a_name_that_is_none_is_an_error() {
        let name = format!("{}.test", "a".repeat(64));
        assert!(matches!(offline().ask(&name).await, Err(DnsError::Unavailable { .. })));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_no_service() {
        for name in ["localhost", "db.test"] {
            assert_eq!(offline().ask_for_services(name).await, Err(DnsError::NotFound { name: name.to_owned() }));
        }
        let ignoring = offline().with_services(ServiceNames::Ignored);
        assert!(matches!(ignoring.ask_for_services("other.test").await, Err(DnsError::NotFound { .. })));
        assert!(matches!(offline().ask_for_services("other.test").await, Err(DnsError::Unavailable { .. })));
    }

    /// A name server that knows `a.test` and nothing else.
    async fn name_server() -> SocketAddr {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut query = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut query).await {
                // The question follows the 12 bytes of the header: a name that ends in a zero, a type and a class.
                let end = query[12..length].iter().position(|byte| *byte == 0).unwrap() + 12 + 5;
                let is_known = query[12..end] == *b"\x01a\x04test\0\0\x01\0\x01";
                let flags = if is_known { [0x81, 0x80] } else { [0x81, 0x83] };
                let counts = [0, 1, 0, u8::from(is_known), 0, 0, 0, 0];
                let mut reply = [&query[..2], &flags, &counts, &query[12..end]].concat();
                if is_known {
                    reply.extend_from_slice(b"\xc0\x0c\0\x01\0\x01\0\0\0\x4d\0\x04\xc0\0\x02\x05");
                }
                socket.send_to(&reply, from).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn a_name_server_gives_addresses_with_their_time_or_says_that_there_are_none() {
        let lookup = SystemLookup::new(&[name_server().await], Family::default());
        let resolved = lookup.ask("a.test.").await.unwrap();
        assert_eq!(resolved.addresses, ["192.0.2.5".parse::<IpAddr>().unwrap()]);
        assert!((76..=77).contains(&resolved.ttl.as_secs()), "{:?}", resolved.ttl);
        assert_eq!(lookup.ask("b.test.").await, Err(DnsError::NotFound { name: "b.test.".to_owned() }));
    }
}
