//! Looking up the address of a Redis whose certificate is for another name.

use std::net::SocketAddr;

use redis::RedisFuture;
use redis::io::AsyncDNSResolver;

/// Looks up `host`, whatever name it is asked for.
pub(super) struct Elsewhere {
    pub(super) host: String,
}

impl AsyncDNSResolver for Elsewhere {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        _: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((self.host.as_str(), port)).await?.collect();
            Ok(Box::new(found.into_iter()) as Box<dyn Iterator<Item = SocketAddr> + Send>)
        })
    }
}
