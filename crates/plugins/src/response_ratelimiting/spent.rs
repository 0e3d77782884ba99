//! What an upstream says that an answer has used.

use gibbon_plugin_api::Headers;
use http::HeaderName;

/// How much of a limit: `video=2, image`. A name without a number is one.
pub(super) fn of(headers: &Headers, header: &HeaderName, limit: &str) -> u64 {
    let values = headers.all(header).filter_map(|value| std::str::from_utf8(value).ok());
    let uses = values.flat_map(|value| value.split(',')).filter_map(|used| {
        let (name, amount) = used.split_once('=').unwrap_or((used, "1"));
        (name.trim() == limit).then(|| amount.trim().parse::<u64>().unwrap_or(1))
    });
    uses.last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn an_answer_names_what_it_has_used() {
        let mut headers = Headers::default();
        headers.append("x-kong-limit", HeaderValue::from_static("video=2, image , text=x"));
        let used = |limit| of(&headers, &HeaderName::from_static("x-kong-limit"), limit);
        assert_eq!(["video", "image", "text", "other", "vid"].map(used), [2, 1, 1, 0, 0]);
    }
}
