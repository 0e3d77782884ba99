//! Which of the chains that the authority offers is taken (RFC 8555 section 7.4.2).

use gibbon_x509::Certificate;
use http::HeaderMap;
use http::header::LINK;

use super::authority::Authority;
use super::error::AcmeError;
use super::transport::Answer;

/// How many others are looked at.
const ALTERNATES: usize = 8;

/// The chain at `url`, or another one that ends with an issuer of the `preferred` common name, where there is one.
pub(super) async fn fetch(
    authority: &mut Authority<'_>,
    url: &str,
    preferred: Option<&str>,
) -> Result<String, AcmeError> {
    let answer = authority.post(url, None).await?;
    let (first, others) = (text(&answer)?, alternates(&answer.headers));
    let Some(preferred) = preferred else { return Ok(first) };
    if ends_with(&first, preferred) {
        return Ok(first);
    }
    for other in others {
        let other = text(&authority.post(&other, None).await?)?;
        if ends_with(&other, preferred) {
            return Ok(other);
        }
    }
    tracing::warn!("the authority offers no chain of `{preferred}`: its usual one is taken");
    Ok(first)
}

/// A chain, which can be read.
fn text(answer: &Answer) -> Result<String, AcmeError> {
    let text = String::from_utf8(answer.body.to_vec()).map_err(|_| AcmeError::Answer("a certificate in PEM"))?;
    Certificate::chain_from_pem(&text)?;
    Ok(text)
}

fn ends_with(chain: &str, issuer: &str) -> bool {
    let last = Certificate::chain_from_pem(chain).ok().and_then(|mut chain| chain.pop());
    last.is_some_and(|last| last.issuer_common_name() == Some(issuer))
}

/// The links to other chains (RFC 8288).
fn alternates(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let links = lines.flat_map(|line| line.split(','));
    let alternate = |link: &str| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_alternate = |parameter: &str| matches!(parameter.trim(), "rel=alternate" | "rel=\"alternate\"");
        parameters.split(';').any(is_alternate).then(|| address.to_owned())
    };
    links.filter_map(alternate).take(ALTERNATES).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn links_to_other_chains_are_those_that_say_so() {
        let mut headers = HeaderMap::new();
        headers
            .append(LINK, HeaderValue::from_static("<https://a/1>;rel=\"alternate\", <https://a/dir>; rel=\"index\""));
        headers.append(LINK, HeaderValue::from_static("<https://a/2>; title=x; rel=alternate"));
        headers.append(LINK, HeaderValue::from_static("nonsense"));
        assert_eq!(alternates(&headers), ["https://a/1", "https://a/2"]);
    }
}
