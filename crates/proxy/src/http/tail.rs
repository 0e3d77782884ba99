//! What is left to do when an answer is over: the line of the access log, and the plugins that log.

use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use gibbon_entities::{Route, Service};
use gibbon_plugin_api::{
    Carried, Identity, LogCx, LogValues, Measure, Meter, RequestHead, ResponseHead, Scheme, Shared, Source, Step,
    StreamTls, UpstreamLog,
};
use gibbon_runtime::Instance;
use smallvec::SmallVec;

use crate::access_log::Entry;
use crate::http::request_id::RequestId;

/// See the module. What it holds is done when it is dropped, however the exchange has ended.
#[derive(Default)]
pub(crate) struct Tail {
    /// The line of the access log, where there is one.
    pub(crate) entry: Option<Box<Entry>>,
    /// What plugins log or count, where there are such plugins.
    pub(crate) watched: Option<Box<Watched>>,
}

/// An exchange that plugins log or count, kept until its answer is over.
pub(crate) struct Watched {
    pub(crate) course: Course,
    pub(crate) record: Option<Record>,
    pub(crate) meters: Meters,
}

/// Where an exchange is counted.
pub(crate) type Meters = SmallVec<[Rc<dyn Meter>; 1]>;

/// How an exchange goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    pub(crate) started: Instant,
    /// When an upstream was asked, and when the head of its answer was there.
    pub(crate) asked: Option<(Instant, Instant)>,
    pub(crate) request_bytes: u64,
    pub(crate) head_bytes: u64,
    pub(crate) body_bytes: u64,
}

impl Tail {
    /// Bytes of the body have been sent.
    pub(crate) fn sent(&mut self, bytes: u64) {
        if let Some(entry) = &mut self.entry {
            entry.bytes += bytes;
        }
        if let Some(watched) = &mut self.watched {
            watched.course.body_bytes += bytes;
        }
    }
}

impl Course {
    /// Of an exchange that is over now.
    fn measure(&self) -> Measure {
        let total = self.started.elapsed();
        Measure {
            request_bytes: self.request_bytes,
            response_bytes: self.head_bytes + self.body_bytes,
            started_at: millis_since_1970().saturating_sub(i64::try_from(total.as_millis()).unwrap_or(0)),
            total,
            upstream: self.asked.map(|(asked, answered)| answered - asked),
            receive: self.asked.map(|(_, answered)| answered.elapsed()).unwrap_or_default(),
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let measure = self.course.measure();
        if let Some(record) = &self.record {
            record.log(measure);
        }
        self.meters.iter().for_each(|meter| meter.over(&measure));
    }
}

/// One exchange as it is logged.
pub(crate) struct Record {
    pub(crate) instances: Vec<(Arc<Instance>, Carried)>,
    pub(crate) id: RequestId,
    pub(crate) request: Box<RequestHead>,
    pub(crate) response: ResponseHead,
    pub(crate) source: Source,
    pub(crate) scheme: Scheme,
    pub(crate) tls: Option<Rc<StreamTls>>,
    pub(crate) log_values: LogValues,
    pub(crate) timeline: Vec<Step>,
    pub(crate) local_port: u16,
    pub(crate) client_ip: IpAddr,
    pub(crate) route: Option<Arc<Route>>,
    pub(crate) service: Option<Arc<Service>>,
    pub(crate) identity: Identity,
    pub(crate) shared: Shared,
    pub(crate) upstream: UpstreamLog,
}

impl Record {
    fn log(&self, measure: Measure) {
        for (instance, carried) in &self.instances {
            instance.handler.log(&LogCx {
                request_id: self.id.as_str(),
                request: &self.request,
                response: &self.response,
                source: self.source,
                scheme: self.scheme,
                tls: self.tls.as_deref(),
                log_values: &self.log_values,
                timeline: &self.timeline,
                local_port: self.local_port,
                client_ip: self.client_ip,
                route: self.route.as_deref(),
                service: self.service.as_deref(),
                identity: &self.identity,
                upstream: &self.upstream,
                measure,
                carried,
                shared: &self.shared,
            });
        }
    }
}

/// The bytes of a head: its first line, its fields, the empty line.
pub(crate) fn head_bytes(head: &ResponseHead) -> u64 {
    let line = "HTTP/1.1 200 \r\n".len() + head.status.canonical_reason().map_or(0, str::len);
    (line + head.headers.length() + "\r\n".len()) as u64
}

fn millis_since_1970() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
