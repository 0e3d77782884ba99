//! Where in a request a token stands (RFC 6750, section 2).

use gibbon_plugin_api::RequestCx;

use super::parameters::{Parameters, format_of_body};
use crate::field_name::FieldName;
use crate::key_auth::{body, places};

const ACCESS_TOKEN: &str = "access_token";

/// A token as it was sent.
pub(super) struct Presented {
    pub(super) token: String,
    pub(super) place: Place,
}

/// Where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Header,
    Parameter,
}

/// The token of a request. Where there is a header, it is looked for nowhere else.
pub(super) fn find(header: &FieldName, cx: &RequestCx<'_>) -> Option<Presented> {
    match header.values(&cx.head.headers).next() {
        Some(value) => {
            let token = in_header(std::str::from_utf8(value).ok()?).to_owned();
            Some(Presented { token, place: Place::Header })
        }
        None => {
            let token = Parameters::of(cx).text(ACCESS_TOKEN)?.to_owned();
            Some(Presented { token, place: Place::Parameter })
        }
    }
}

/// Without its scheme, if it has one: Kong takes a bare token as well.
fn in_header(value: &str) -> &str {
    let mut words = value.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(scheme), Some(token), None)
            if ["bearer", "token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) =>
        {
            token
        }
        _ => value,
    }
}

/// Takes it out of what the upstream gets.
pub(super) fn hide(place: Place, header: &FieldName, cx: &mut RequestCx<'_>) {
    if place == Place::Header {
        header.remove(&mut cx.head.headers);
        return;
    }
    if let Some(rest) = cx.head.query().and_then(|query| places::without_argument(query, ACCESS_TOKEN)) {
        cx.head.set_query(Some(rest).filter(|rest| !rest.is_empty()));
    }
    if let (Some(format), Some(held)) = (format_of_body(cx.head), &cx.body)
        && let Some(rest) = body::without(&format, held, ACCESS_TOKEN)
    {
        cx.body = Some(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_holds_a_token_with_a_scheme_or_without() {
        for (value, token) in [
            ("Bearer abc", "abc"),
            ("bearer  abc ", "abc"),
            ("token abc", "abc"),
            ("abc", "abc"),
            ("Basic abc", "Basic abc"),
            ("Bearer a b", "Bearer a b"),
        ] {
            assert_eq!(in_header(value), token);
        }
    }
}
