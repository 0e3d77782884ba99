//! What expressions may ask of a request.

use std::net::IpAddr;

use gibbon_expression::{AddressFact, Facts, NumberFact, TextFact};

use crate::bucket::Query;
use crate::spec::Scheme;

impl Facts for Query<'_> {
    fn text(&self, which: TextFact) -> Option<&str> {
        match which {
            TextFact::Method => Some(self.request.method),
            TextFact::Host => (!self.host.is_empty()).then_some(self.host),
            TextFact::Path => Some(self.request.path),
            TextFact::Protocol => Some(match self.request.scheme {
                Scheme::Http => "http",
                Scheme::Https => "https",
            }),
            TextFact::Sni => self.request.sni,
        }
    }

    fn any_header(&self, name: &str, accept: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.request.headers.any(name, accept)
    }

    fn query(&self) -> &str {
        self.request.query
    }

    fn number(&self, which: NumberFact) -> Option<i64> {
        match which {
            NumberFact::SourcePort => self.request.source_port.map(i64::from),
            NumberFact::DestinationPort => Some(self.port.into()),
        }
    }

    fn address(&self, which: AddressFact) -> Option<IpAddr> {
        match which {
            AddressFact::Source => self.request.source_ip,
            AddressFact::Destination => self.request.destination_ip,
        }
    }
}
