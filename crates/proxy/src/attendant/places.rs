//! From the name of a target to the places that it stands for: those of a service, if it is the name of one, else the
//! addresses of a host. Of two families of addresses, one is used: each address is a target with health and a share of its
//! own, and the same host twice would be asked for twice as much.

use std::net::SocketAddr;
use std::sync::Arc;

use gibbon_balancer::dns::{Resolver, Service, leading_family};
use gibbon_entities::{Target, Upstream};
use gibbon_runtime::live::{Found, Place, Source};

/// Where a target is, as far as that can be said without asking anybody.
pub(super) fn known(resolver: &Resolver, upstream: &Upstream, target: &Target) -> Option<Found> {
    let address = &target.address;
    match resolver.known_services(&address.host)? {
        Ok(services) => {
            let hosts = services.iter().map(|service| resolver.cached(&service.host).map(|found| (service, found)));
            let hosts: Option<Vec<_>> = hosts.collect();
            Some(of_service(upstream, target, hosts?))
        }
        Err(_) => resolver.cached(&address.host).map(|found| Found::at(leading_family(&found), address.port)),
    }
}

/// Where a target is; asks for whatever is not known.
pub(super) async fn look_up(resolver: &Resolver, upstream: &Upstream, target: &Target) -> Found {
    let address = &target.address;
    let (services, addresses) = tokio::join!(resolver.services(&address.host), resolver.lookup(&address.host));
    match (services, addresses) {
        (Ok(services), _) => {
            let mut hosts = Vec::new();
            for service in &*services {
                // A host that is not found leaves the others of the service.
                hosts.extend(resolver.lookup(&service.host).await.ok().map(|found| (service, found)));
            }
            of_service(upstream, target, hosts)
        }
        (Err(_), Ok(addresses)) => Found::at(leading_family(&addresses), address.port),
        (Err(_), Err(error)) => Found::Nowhere(error.to_string().into()),
    }
}

type Addresses = Arc<[std::net::IpAddr]>;

fn of_service(upstream: &Upstream, target: &Target, hosts: Vec<(&Service, Addresses)>) -> Found {
    let mut places = Vec::new();
    for (service, addresses) in hosts {
        let port = if service.port == 0 { target.address.port } else { service.port };
        let place = |address: &std::net::IpAddr| Place {
            address: SocketAddr::new(*address, port),
            // A weight of 0 is for what is to be used as little as possible (RFC 2782), and not for what is not.
            weight: Some(service.weight.max(1)),
            host: upstream.use_srv_name.then(|| service.host.clone()),
        };
        places.extend(leading_family(&addresses).iter().map(place));
    }
    if places.is_empty() {
        return Found::Nowhere(format!("no host of the service `{}` has an address", target.address.host).into());
    }
    Found::At(Source::Srv, places.into())
}
