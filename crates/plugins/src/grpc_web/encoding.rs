//! How a call is written, as its content type says.

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    pub(super) text: Text,
    pub(super) framing: Framing,
    pub(super) message: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Plain,
    Base64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// As in gRPC, with what stands behind a call in a last frame.
    Frames,
    /// The message and nothing else.
    Bare,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    Proto,
    Json,
}

impl Encoding {
    /// That of a media type; none where it is no call.
    pub(super) fn of(essence: &str) -> Option<Self> {
        let essence = essence.to_ascii_lowercase();
        if essence == "application/json" {
            return Some(Self { text: Text::Plain, framing: Framing::Bare, message: Message::Json });
        }
        let rest = essence.strip_prefix("application/grpc-web")?;
        let (text, rest) = match rest.strip_prefix("-text") {
            Some(rest) => (Text::Base64, rest),
            None => (Text::Plain, rest),
        };
        let message = match rest {
            "" | "+proto" => Message::Proto,
            "+json" => Message::Json,
            _ => return None,
        };
        Some(Self { text, framing: Framing::Frames, message })
    }
}

/// Decodes base64 that may consist of several texts, each with its own padding.
pub(super) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let mut rest = text;
    while !rest.is_empty() {
        let data = rest.iter().position(|byte| *byte == b'=').unwrap_or(rest.len());
        let padding = rest.get(data..)?.iter().take_while(|byte| **byte == b'=').count();
        let (piece, more) = rest.split_at_checked(data + padding)?;
        bytes.extend(base64_simd::STANDARD.decode_to_vec(piece).ok()?);
        rest = more;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_say_how_a_call_is_written() {
        let of = |essence| Encoding::of(essence).map(|encoding| (encoding.text, encoding.framing, encoding.message));
        for (essence, expected) in [
            ("application/grpc-web", Some((Text::Plain, Framing::Frames, Message::Proto))),
            ("application/grpc-web+proto", Some((Text::Plain, Framing::Frames, Message::Proto))),
            ("Application/grpc-web-text", Some((Text::Base64, Framing::Frames, Message::Proto))),
            ("application/grpc-web-text+json", Some((Text::Base64, Framing::Frames, Message::Json))),
            ("application/json", Some((Text::Plain, Framing::Bare, Message::Json))),
            ("application/grpc", None),
            ("application/grpc-webby", None),
            ("", None),
        ] {
            assert_eq!(of(essence), expected, "{essence}");
        }
    }

    #[test]
    fn base64_may_come_in_several_texts() {
        assert_eq!(from_base64(b"AAAA"), Some(vec![0; 3]));
        assert_eq!(from_base64(b"AA==AAA=AAAA"), Some(vec![0; 6]));
        for wrong in [&b"A"[..], b"AA=", b"A===", b"=", b"A!AA"] {
            assert_eq!(from_base64(wrong), None);
        }
    }
}
