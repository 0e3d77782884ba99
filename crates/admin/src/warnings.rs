//! What the writer of a record is told beside the answer: that it will surely not do what is meant.
//!
//! It stands in a header field, so that clients that do not know it are not disturbed, and only what concerns the record
//! that was written is looked at.

use gibbon_runtime::Snapshot;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use crate::answer::Answer;

const WARNING: HeaderName = HeaderName::from_static("x-gibbon-warning");

/// How many fields an answer has at most.
const MOST: usize = 4;

/// How long each of them is at most.
const LONGEST: usize = 400;

/// The answer to a write of a record of that kind, with what there is to say about the record.
pub(crate) fn told(answer: Answer, snapshot: &Snapshot, kind: &str) -> Answer {
    let Some(Value::Object(record)) = &answer.body else { return answer };
    let findings = gibbon_lint::of_written(snapshot, kind, record);
    let fields = findings.into_iter().take(MOST).filter_map(|finding| field(finding.code, &finding.message));
    fields.fold(answer, |answer, field| answer.header(WARNING, field))
}

/// Names may have characters that no header field can carry.
fn field(code: &str, message: &str) -> Option<HeaderValue> {
    let text = format!("{code}: {message}");
    let visible = text.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' });
    HeaderValue::from_str(&visible.take(LONGEST).collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_bounded_and_can_always_be_sent() {
        let text = |message: &str| field("code", message).unwrap().to_str().unwrap().to_owned();
        assert_eq!(text("a name: \u{fc}\r\nb"), "code: a name: ???b");
        assert_eq!(text(&"x".repeat(1000)).len(), LONGEST);
    }
}
