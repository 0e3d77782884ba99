//! What the plugin does when an exchange or a stream is over.

use std::rc::Rc;
use std::sync::Arc;

use gibbon_plugin_api::{ConfigureError, Handler, Meter, MeterCx, Phases, Settings, StreamLogCx, WorkerLocals};
use http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::board::{Boards, HealthWanted, Path, Place, StatusKey, Subsystem, WorkerBoards, is_from_service};
use super::config::Wanted;

/// Makes a handler of a validated configuration.
pub(super) fn configure(config: &Value, settings: &Settings) -> Result<Box<dyn Handler>, ConfigureError> {
    let wanted = Wanted::read(config)?;
    let boards = settings.node.live.measured::<Boards>();
    let health = wanted.has(Wanted::HEALTH).then(|| boards.want_health());
    Ok(Box::new(Prometheus { wanted, boards, _health: health }))
}

struct Prometheus {
    wanted: Wanted,
    boards: Arc<Boards>,
    _health: Option<Arc<HealthWanted>>,
}

impl Handler for Prometheus {
    fn meter(&self, cx: &MeterCx<'_>) -> Option<Rc<dyn Meter>> {
        // As in Kong, what belongs to no route is not counted: anybody could make up such requests.
        let path = Path { route: cx.route?, service: cx.service };
        let key = self.key(Subsystem::Http, path, cx.status, is_from_service(cx.source), cx.consumer);
        self.place(key, cx.worker).map(|place| place as Rc<dyn Meter>)
    }

    fn stream_log(&self, cx: &StreamLogCx<'_>) {
        let Some(route) = cx.route else { return };
        let path = Path { route: route.id, service: cx.service.map(|service| service.id) };
        let was_carried = cx.upstream.received + cx.upstream.sent > 0;
        let key = self.key(Subsystem::Stream, path, cx.status, was_carried, None);
        if let Some(place) = self.place(key, cx.worker) {
            place.count((cx.client.received, cx.client.sent), cx.until_upstream, None, cx.total);
        }
    }

    fn phases(&self) -> Phases {
        if self.wanted.counts() { Phases::METER.and(Phases::STREAM_LOG) } else { Phases::NONE }
    }
}

impl Prometheus {
    /// What an exchange is told apart by, without what is not asked for.
    fn key(
        &self,
        subsystem: Subsystem,
        path: Path,
        status: StatusCode,
        is_from_service: bool,
        consumer: Option<Uuid>,
    ) -> StatusKey {
        let by_status = self.wanted.has(Wanted::STATUSES);
        StatusKey {
            subsystem,
            path,
            status: if by_status { status } else { StatusCode::OK },
            is_from_service: by_status && is_from_service,
            consumer: consumer.filter(|_| self.wanted.has(Wanted::CONSUMERS)),
        }
    }

    fn place(&self, key: StatusKey, worker: &WorkerLocals) -> Option<Rc<Place>> {
        let worker = worker.get(WorkerBoards::default);
        worker.places.get((self.wanted, key), |(wanted, key)| Place::on(&self.boards, &worker, *wanted, key))
    }
}
