//! The status of HTTP that stands for a status of gRPC.

use http::StatusCode;

/// By the number of the latter. 499 is what web servers log where a client has left.
const STATUSES: [u16; 17] = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 500, 500, 503, 500, 401];

/// The one that stands for a status as it is written; 500 for one that nobody knows.
pub(super) fn of(status: &str) -> StatusCode {
    let known = status.parse().ok().and_then(|number: usize| STATUSES.get(number));
    known.and_then(|status| StatusCode::from_u16(*status).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn every_status_has_one_that_stands_for_it() {
        for (status, expected) in
            [("0", 200), ("5", 404), ("7", 403), ("16", 401), ("17", 500), ("x", 500), ("-1", 500)]
        {
            assert_eq!(of(status).as_u16(), expected, "{status}");
        }
    }
}
