//! What of a request is hashed to find its target.

use std::borrow::Cow;

use gibbon_balancer::hash;
use gibbon_entities::Upstream;
use gibbon_entities::upstream::{Algorithm, HashInput};
use gibbon_plugin_api::{Headers, RequestHead, query};
use http::{HeaderValue, header};
use uuid::Uuid;

use crate::http::exchange::Exchange;
use crate::http::upstream::target::Target;

/// The hash of a request; none where it has nothing of what is to be hashed.
pub(crate) fn hash(exchange: &mut Exchange<'_>, upstream: &Upstream, target: &Target<'_>) -> Option<u64> {
    if upstream.algorithm != Algorithm::ConsistentHashing {
        return None;
    }
    [&upstream.hash_on, &upstream.hash_fallback].into_iter().find_map(|input| of(exchange, input, target))
}

fn of(exchange: &mut Exchange<'_>, input: &HashInput, target: &Target<'_>) -> Option<u64> {
    match input {
        HashInput::None => None,
        HashInput::Consumer => consumer(exchange).map(|id| hash::of(id.as_bytes())),
        HashInput::Ip => Some(hash::of_address(exchange.client_ip())),
        HashInput::Header(name) => joined(&exchange.head.headers, name).map(|value| hash::of(&value)),
        HashInput::Cookie { name, path } => Some(cookie(exchange, name, path)),
        HashInput::Path => Some(hash::of(target.path.as_bytes())),
        HashInput::QueryArg(name) => argument(&exchange.head, name).map(|value| hash::of(value.as_bytes())),
        HashInput::UriCapture(name) => {
            let captures = target.found.captures(target.path);
            let found = captures.iter().find(|capture| capture.name == Some(name));
            let text = found.and_then(|capture| capture.text.as_ref());
            text.map(|text| hash::of(text.as_bytes()))
        }
    }
}

/// The consumer, or what proved a request that has none.
fn consumer(exchange: &Exchange<'_>) -> Option<Uuid> {
    let identity = &exchange.identity;
    identity.consumer.as_ref().map(|consumer| consumer.id).or(identity.credential.as_ref().map(|proof| proof.id))
}

/// All values of a field as one (RFC 9110 section 5.3).
fn joined<'h>(headers: &'h Headers, name: &str) -> Option<Cow<'h, [u8]>> {
    let mut values = headers.all(name);
    let first = values.next()?;
    let mut all = Cow::Borrowed(first);
    for value in values {
        let joined = all.to_mut();
        joined.extend_from_slice(b", ");
        joined.extend_from_slice(value);
    }
    Some(all)
}

/// All values of a parameter in their order; one that has none is `true`, as in Kong.
fn argument<'q>(head: &'q RequestHead, name: &str) -> Option<Cow<'q, str>> {
    let arguments = query::arguments(head.query()?).filter(|argument| argument.name == name);
    let mut values: Vec<_> = arguments.map(|argument| argument.value.unwrap_or(Cow::Borrowed("true"))).collect();
    if values.len() > 1 {
        values.sort_unstable();
        return Some(values.join(",").into());
    }
    values.pop()
}

/// The value of the cookie. A client that has none is given one with the answer.
fn cookie(exchange: &mut Exchange<'_>, name: &str, path: &str) -> u64 {
    if let Some(value) = cookie_of(&exchange.head.headers, name) {
        return hash::of(value);
    }
    let value = Uuid::new_v4().to_string();
    // The misspelt attribute is Kong's: browsers pass it over, and clients compare the text.
    let text = format!("{name}={value}; Path={path}; Same-Site=Lax; HttpOnly");
    exchange.cookie = HeaderValue::from_str(&text).ok();
    hash::of(value.as_bytes())
}

fn cookie_of<'h>(headers: &'h Headers, name: &str) -> Option<&'h [u8]> {
    headers.all(header::COOKIE).flat_map(|line| line.split(|byte| *byte == b';')).find_map(|pair| {
        let rest = pair.trim_ascii().strip_prefix(name.as_bytes())?;
        rest.strip_prefix(b"=").filter(|value| !value.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use gibbon_plugin_api::Target;
    use http::{HeaderName, Method, Version};

    use super::*;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in fields {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
        }
        headers
    }

    #[test]
    fn several_fields_of_one_name_are_one() {
        let headers = headers(&[("x-a", "1"), ("x-b", "2"), ("X-A", "3")]);
        assert_eq!(joined(&headers, "X-a").as_deref(), Some(&b"1, 3"[..]));
        assert_eq!(joined(&headers, "x-b").as_deref(), Some(&b"2"[..]));
        assert_eq!(joined(&headers, "x-c"), None);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers(&[("cookie", "aa=1; a=2"), ("cookie", "b= 3 ; c=")]);
        assert_eq!(cookie_of(&headers, "a"), Some(&b"2"[..]));
        assert_eq!(cookie_of(&headers, "aa"), Some(&b"1"[..]));
        assert_eq!(cookie_of(&headers, "c"), None);
        assert_eq!(cookie_of(&headers, "d"), None);
    }

    #[test]
    fn the_values_of_a_parameter_are_put_in_order() {
        let target = Target::parse("/?a=2&b&a=1&c=%20x").unwrap();
        let head = RequestHead::new(Method::GET, target, Version::HTTP_11, Headers::default());
        assert_eq!(argument(&head, "a").as_deref(), Some("1,2"));
        assert_eq!(argument(&head, "b").as_deref(), Some("true"));
        assert_eq!(argument(&head, "c").as_deref(), Some(" x"));
        assert_eq!(argument(&head, "d"), None);
    }
}
