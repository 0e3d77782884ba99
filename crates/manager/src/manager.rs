//! Which answer belongs to which path.

use base64_simd::URL_SAFE_NO_PAD;
use bytes::Bytes;
use gibbon_conf::Conf;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

use crate::files;
use crate::kconfig;
use crate::page::Page;
use crate::response::{self, Caching};

/// The pages of a gateway.
pub struct Manager {
    /// The path below which they are found, without `/` at the end.
    base: String,
    /// The path below which the Admin API stands.
    api: String,
    page: Page,
    kconfig: Bytes,
}

/// For whom a request is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// For the Admin API, under the path that it has on a port of its own.
    Api(Uri),
    /// For a page.
    Page,
}

impl Manager {
    /// The pages of a gateway with these settings.
    pub fn new(conf: &Conf) -> Self {
        let base = conf.manager.path.clone();
        Self { api: format!("{base}/api"), base, page: Page::new(&conf.manager), kconfig: kconfig::script(conf).into() }
    }

    /// The path below which the Admin API stands, without `/` at the end.
    pub fn api_path(&self) -> &str {
        &self.api
    }

    /// For whom a request is: what is `/api` or below it belongs to the Admin API.
    pub fn place(&self, uri: &Uri) -> Place {
        let below = self.below(uri.path()).and_then(|path| path.strip_prefix("api"));
        let Some(path) = below.filter(|path| path.is_empty() || path.starts_with('/')) else { return Place::Page };
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        let path = if path.is_empty() { "/" } else { path };
        let mut parts = uri.clone().into_parts();
        // A part of a path that was valid is valid.
        parts.path_and_query = PathAndQuery::try_from(format!("{path}{query}")).ok();
        Uri::from_parts(parts).map_or(Place::Page, Place::Api)
    }

    /// The page at a path, or what it is made of.
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Bytes> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut refused = response::text(StatusCode::METHOD_NOT_ALLOWED, "pages can only be read\n");
            refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response::sized(refused, method);
        }
        let answer = match self.below(path) {
            Some(path) => self.file(path, headers),
            None if path == "/" || path == self.base => response::moved(&format!("{}/", self.base)),
            None => response::text(StatusCode::NOT_FOUND, "there is nothing here\n"),
        };
        response::sized(answer, method)
    }

    /// What is left of a path below the one of the manager, without `/` in front.
    fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(&self.base)?.strip_prefix('/')
    }

    /// A path that is no file is a page, whose script knows it. What is missing among the assets is a file of an older build.
    fn file(&self, path: &str, headers: &HeaderMap) -> Response<Bytes> {
        match path {
            "kconfig.js" => response::ok("text/javascript; charset=utf-8", Caching::Never, self.kconfig.clone()),
            "" | "index.html" => self.first_page(),
            path => match files::find(path) {
                Some(file) => response::file(file, headers),
                None if path.starts_with("assets/") => response::text(StatusCode::NOT_FOUND, "there is no such file\n"),
                None => self.first_page(),
            },
        }
    }

    fn first_page(&self) -> Response<Bytes> {
        let mut bytes = [0; 18];
        if getrandom::fill(&mut bytes).is_err() {
            return response::text(StatusCode::SERVICE_UNAVAILABLE, "the system has no randomness to spare\n");
        }
        let nonce = URL_SAFE_NO_PAD.encode_to_string(bytes);
        response::html(self.page.with_nonce(&nonce), &nonce)
    }
}

#[cfg(test)]
mod tests;
