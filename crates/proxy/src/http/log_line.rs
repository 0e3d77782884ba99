//! The line of the access log, as far as it is known when a request comes.

use std::rc::Rc;

use gibbon_runtime::Snapshot;
use http::{HeaderName, StatusCode, header};

use crate::access_log::{Custom, Entry, Secrets, request_line};
use crate::http::client::Client;
use crate::http::exchange::Exchange;
use crate::http::request_id::RequestId;
use crate::worker::Worker;

/// What the access log will say of a request; taken before plugins change anything.
pub(super) fn of(exchange: &Exchange<'_>, snapshot: &Snapshot) -> Option<Box<Entry>> {
    let log = exchange.worker.access_log.as_ref()?;
    let head = &exchange.head;
    let field = |name: HeaderName| head.headers.get(name).map(Box::from);
    let secrets = Secrets::named(snapshot.routes.secret_arguments());
    let connection = &exchange.client.connection;
    let custom = |format| Box::new(Custom::new(format, head, connection, secrets));
    Some(Box::new(Entry {
        log: Rc::clone(log),
        client: exchange.client_address().clone(),
        request: request_line(head.method.as_str(), head.raw_target(), head.version, secrets).into(),
        // Stays where the client leaves before there is an answer; web servers log that as 499.
        status: StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        bytes: 0,
        referer: field(header::REFERER),
        agent: field(header::USER_AGENT),
        id: exchange.id,
        custom: exchange.settings.log_format.clone().map(custom),
    }))
}

/// What it says of what is no request; `line` is what has come of its first line.
pub(super) fn of_no_request(
    worker: &Worker,
    client: &Client,
    line: Vec<u8>,
    id: RequestId,
    status: StatusCode,
) -> Option<Box<Entry>> {
    let log = worker.access_log.as_ref()?;
    Some(Box::new(Entry {
        log: Rc::clone(log),
        client: client.connection.peer_ip.clone(),
        request: line,
        status,
        bytes: 0,
        referer: None,
        agent: None,
        id,
        custom: worker.settings().log_format.clone().map(|format| Box::new(Custom::of_nothing(format))),
    }))
}
