//! Takes tokens out of what goes upstream, wherever the plugin would look for one.

use gibbon_plugin_api::RequestCx;
use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE};

use crate::jwt::binding::presented;
use crate::jwt::retrieval::{TokenPlaces, behind_bearer, cookie};
use crate::key_auth::places::without_argument;

impl TokenPlaces {
    /// Takes away arguments and cookies of the names that may hold a token, and the headers that do hold one.
    pub(in crate::jwt) fn hide(&self, cx: &mut RequestCx<'_>) {
        for name in &self.arguments {
            if let Some(rest) = cx.head.query().and_then(|query| without_argument(query, name)) {
                cx.head.set_query(Some(rest).filter(|rest| !rest.is_empty()));
            }
        }
        if !self.cookies.is_empty() {
            self.hide_cookies(cx);
        }
        if self.takes_dpop && presented(cx).next().is_some() {
            cx.head.headers.remove(AUTHORIZATION);
        }
        for name in &self.headers {
            if name.values(&cx.head.headers).any(|value| behind_bearer(value).is_some()) {
                name.remove(&mut cx.head.headers);
            }
        }
    }

    fn hide_cookies(&self, cx: &mut RequestCx<'_>) {
        let is_ours = |pair: &&[u8]| {
            cookie(pair)
                .is_some_and(|(name, _)| self.cookies.iter().any(|ours| ours.as_bytes().eq_ignore_ascii_case(name)))
        };
        let pairs = || cx.head.headers.all(COOKIE).flat_map(|line| line.split(|byte| *byte == b';'));
        if !pairs().any(|pair| is_ours(&pair)) {
            return;
        }
        let kept: Vec<_> =
            pairs().filter(|pair| !is_ours(pair)).map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty()).collect();
        let line = HeaderValue::from_bytes(&kept.join(b"; ".as_slice())).ok();
        cx.head.headers.remove(COOKIE);
        if let Some(line) = line.filter(|line| !line.is_empty()) {
            cx.head.headers.set(COOKIE, line);
        }
    }
}
