//! From routes to the tables that streams are looked up in.

use std::cmp::Reverse;

use ahash::AHashMap;

use super::rule::{Name, Rule};
use super::spec::StreamSpec;
use super::{Spoken, StreamRouter, Table, weight};

impl StreamRouter {
    /// Compiles routes. What [`StreamRouter::find`] gives is a place among them.
    pub fn build(specs: &[StreamSpec]) -> Self {
        let mut order: Vec<usize> = (0..specs.len()).collect();
        order.sort_by_cached_key(|index| Reverse((weight::of(&specs[*index]), specs[*index].id)));
        let of = |spoken| Table::build(specs, &order, spoken);
        Self { tcp: of(Spoken::Tcp), tls: of(Spoken::Tls), udp: of(Spoken::Udp) }
    }
}

impl Table {
    /// `order` has the best route first.
    fn build(specs: &[StreamSpec], order: &[usize], spoken: Spoken) -> Self {
        let mut table = Filing::default();
        for index in order {
            let spec = &specs[*index];
            let is_taken = match spoken {
                Spoken::Tcp => spec.kinds.tcp,
                Spoken::Tls => spec.kinds.tls,
                Spoken::Udp => spec.kinds.udp,
            };
            if is_taken {
                table.file(*index, spec, spoken);
            }
        }
        table.finish()
    }
}

#[derive(Default)]
struct Filing {
    rules: Vec<Rule>,
    by_sni: AHashMap<Box<str>, Vec<usize>>,
    by_port: AHashMap<u16, Vec<usize>>,
    rest: Vec<usize>,
}

impl Filing {
    fn file(&mut self, index: usize, spec: &StreamSpec, spoken: Spoken) {
        let place = self.rules.len();
        self.rules.push(Rule::new(index, spec));
        if let Some(names) = plain_names(spec).filter(|_| spoken == Spoken::Tls) {
            names.into_iter().for_each(|name| push_once(self.by_sni.entry(name).or_default(), place));
        } else if let Some(ports) = ports(spec) {
            ports.into_iter().for_each(|port| push_once(self.by_port.entry(port).or_default(), place));
        } else {
            self.rest.push(place);
        }
    }

    fn finish(self) -> Table {
        Table {
            rules: self.rules.into(),
            by_sni: self.by_sni.into_iter().map(|(name, places)| (name, places.into())).collect(),
            by_port: self.by_port.into_iter().map(|(port, places)| (port, places.into())).collect(),
            rest: self.rest.into(),
        }
    }
}

/// Places come in order, so that one that is there already is the last.
fn push_once(places: &mut Vec<usize>, place: usize) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}

/// The names of a route that asks for one of them and for nothing with a star.
fn plain_names(spec: &StreamSpec) -> Option<Vec<Box<str>>> {
    let plain = |name: &String| match Name::new(name) {
        Name::Plain(name) => Some(name),
        Name::EndsWith(_) | Name::BeginsWith(_) => None,
    };
    spec.snis.iter().map(plain).collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())
}

/// The ports of destination of a route that asks for one of them in any case.
fn ports(spec: &StreamSpec) -> Option<Vec<u16>> {
    spec.destinations.iter().map(|end| end.port).collect::<Option<Vec<_>>>().filter(|ports| !ports.is_empty())
}
