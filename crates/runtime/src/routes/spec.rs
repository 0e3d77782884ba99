//! Routes as the router sees them.

use gibbon_entities::{Endpoint, Protocol, Route};
use gibbon_router::path::PathHandling;
use gibbon_router::{Ends, ExpressionSpec, RouteSpec, Schemes};

use crate::records::Records;

/// A route is served to requests unless its service is switched off or it is for streams.
pub(super) fn is_served(route: &Route, records: &Records) -> bool {
    let schemes = schemes(route);
    (schemes.http || schemes.https) && is_on(route, records)
}

/// The same for streams.
pub(super) fn is_served_to_streams(route: &Route, records: &Records) -> bool {
    route.protocols.iter().any(Protocol::is_stream) && is_on(route, records)
}

fn is_on(route: &Route, records: &Records) -> bool {
    route.service.is_none_or(|id| records.services.get(&id).is_none_or(|s| s.service.enabled))
}

pub(super) fn spec(route: &Route) -> RouteSpec {
    let texts = |list: &[Box<str>]| list.iter().map(|text| text.to_string()).collect::<Vec<_>>();
    RouteSpec {
        id: route.id,
        protocols: schemes(route),
        methods: texts(&route.methods),
        hosts: texts(&route.hosts),
        paths: texts(&route.paths),
        headers: route.headers.iter().map(|(name, values)| (name.to_string(), texts(values))).collect(),
        snis: texts(&route.snis),
        regex_priority: route.regex_priority,
        sources: ends(&route.sources),
        destinations: ends(&route.destinations),
        expression: route
            .expression
            .as_ref()
            .map(|text| ExpressionSpec { text: text.to_string(), priority: route.priority }),
        created_at: route.created_at,
    }
}

fn schemes(route: &Route) -> Schemes {
    let any = |protocols: [Protocol; 2]| protocols.into_iter().any(|protocol| route.protocols.contains(protocol));
    Schemes { http: any([Protocol::Http, Protocol::Grpc]), https: any([Protocol::Https, Protocol::Grpcs]) }
}

fn ends(endpoints: &[Endpoint]) -> Vec<Ends> {
    let ends =
        |Endpoint { ip, port }: &Endpoint| Ends { ip: ip.map(|range| (range.address, range.prefix)), port: *port };
    endpoints.iter().map(ends).collect()
}

/// How a route wants paths put together.
pub(super) fn path_handling(route: &Route) -> PathHandling {
    match route.path_handling {
        gibbon_entities::PathHandling::V0 => PathHandling::V0,
        gibbon_entities::PathHandling::V1 => PathHandling::V1,
    }
}
