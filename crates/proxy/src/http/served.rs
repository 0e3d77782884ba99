//! A request from its head to its answer, or until its client has left.

use std::time::Instant;

use gibbon_plugin_api::{Headers, ResponseHead, Source};
use http::StatusCode;

use crate::http::chain::Chain;
use crate::http::exchange::Exchange;
use crate::http::noting::Sent;
use crate::http::tail::{Meters, Watched};

/// How web servers log a request whose client has left before there was an answer.
const CLIENT_LEFT: u16 = 499;

/// See the module. Nobody drops a request that has no answer but a client that leaves, so that this is logged.
#[derive(Default)]
pub(crate) struct Served<'w, 's>(Option<(Exchange<'w>, Chain<'s>)>);

impl<'w, 's> Served<'w, 's> {
    /// A request that has come.
    pub(crate) fn begin(&mut self, exchange: Exchange<'w>) -> &mut (Exchange<'w>, Chain<'s>) {
        self.0.insert((exchange, Chain::default()))
    }

    /// There is an answer. What plugins log and count of the two comes back, where any does.
    pub(crate) fn end(&mut self, sent: Option<Sent<'_>>) -> Option<Box<Watched>> {
        let counted = sent.zip(self.0.as_ref());
        let meters = counted.map_or_else(Meters::new, |(sent, (exchange, chain))| exchange.meters(chain, sent));
        if !self.0.as_ref().is_some_and(|(_, chain)| chain.logs()) {
            // Most requests are dropped where they are: to move one costs more than all else here.
            self.0 = None;
        }
        let record = sent.zip(self.0.take()).map(|(sent, (exchange, chain))| exchange.into_record(chain, sent));
        let course = sent.filter(|_| record.is_some() || !meters.is_empty())?.course;
        Some(Box::new(Watched { course, record, meters }))
    }
}

impl Drop for Served<'_, '_> {
    fn drop(&mut self) {
        // As long as its plugins are not all known, nobody would know what to log.
        let logged = self.0.take().filter(|(_, chain)| chain.is_closed() && chain.logs());
        let Some((mut exchange, chain)) = logged else { return };
        if exchange.asked.is_some() {
            exchange.answered = Some(Instant::now());
        }
        let status = StatusCode::from_u16(CLIENT_LEFT).unwrap_or(StatusCode::BAD_REQUEST);
        let head = ResponseHead { status, headers: Headers::default() };
        let course = exchange.course(0);
        let record = exchange.into_record(chain, Sent { head: &head, source: Source::Upstream, course });
        drop(Watched { course, record: Some(record), meters: Meters::new() });
    }
}
