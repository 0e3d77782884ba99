//! Which codings a client takes (RFC 9110 section 12.5.3).

use http::{HeaderMap, header};

/// A coding in which files lie ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// From the smallest outcome to the largest.
    const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// What `Content-Encoding` says.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// Those that a client takes, the best first. Nobody means anything by weights but that 0 is a refusal.
pub(crate) fn accepted(headers: &HeaderMap) -> Vec<Encoding> {
    let lists: Vec<&str> =
        headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok()).collect();
    let is_named =
        |encoding: &Encoding| lists.iter().flat_map(|list| list.split(',')).any(|part| names(part, *encoding));
    Encoding::ALL.into_iter().filter(is_named).collect()
}

fn names(part: &str, encoding: Encoding) -> bool {
    let (name, weight) = part.split_once(';').unwrap_or((part, ""));
    let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
    name.trim().eq_ignore_ascii_case(encoding.name()) && weight.is_none_or(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn what_a_client_names_and_does_not_refuse_is_taken() {
        let cases: [(&'static str, &[Encoding]); 6] = [
            ("gzip, deflate, br, zstd", &[Encoding::Brotli, Encoding::Gzip]),
            ("GZIP;q=0.5", &[Encoding::Gzip]),
            ("br;q=0, gzip", &[Encoding::Gzip]),
            ("identity", &[]),
            ("", &[]),
            ("brr, xgzip", &[]),
        ];
        for (text, expected) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
            assert_eq!(accepted(&headers), expected, "{text}");
        }
        assert_eq!(accepted(&HeaderMap::new()), []);
    }
}
