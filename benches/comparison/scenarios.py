"""What is asked of the peers."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True)
class Scenario:
    """A kind of request, and what a peer has to do with it."""

    name: str
    title: str
    algorithm: str | None = None
    """The algorithm of the tokens, if requests have one and peers are to verify it."""
    tokens: str | None = None
    """The file of tokens, below the folder of keys."""
    each_once: bool = False
    """Whether no token may come twice."""
    path: str = "/svc/hello?x=1"
    upload: int | None = None
    """The bytes of body that each request has."""
    client: str = "http"
    """What the client speaks: `http` and `https` are HTTP/1.1, `http2` is HTTP/2 over TLS."""
    connections: int | None = None
    """How many connections, where it is not the number that the command line tells."""
    at_once: int | None = None
    """How many requests are under way, where it is not one on each connection."""
    rate: int | None = None
    """How many requests begin in a second, where they do not follow answers."""
    streams: int = 1
    """How many requests are under way on one connection of HTTP/2."""
    share: float = 1
    """The part of the requests of other scenarios that this one has."""
    prototype_check: str = "off"
    gibbon_settings: tuple[tuple[str, str], ...] = ()
    plugins: tuple[tuple[str, str], ...] = ()
    """Gibbon's plugins beside jwt: their names, and their configurations as JSON."""
    credentials: tuple[tuple[str, str], ...] = ()
    """What Gibbon's consumer is given: paths below the consumer's, and bodies as JSON."""
    headers: tuple[tuple[str, str], ...] = ()
    """What each request has beside the usual headers."""
    open_to_all: bool = True
    """Whether requests without these headers are let through."""
    jwt: str = '{"claims_to_verify": ["exp", "nbf"]}'
    """What Gibbon's jwt is configured with, as JSON; the `jwks` of an issuer is a file below the folder of keys."""
    peers: tuple[str, ...] = ("haproxy", "envoy", "hyper", "floor", "gibbon")
    """The kinds of peer that can do it."""

    @property
    def by_tls(self):
        return self.client != "http"

    def requests(self, all_requests):
        """How many requests a measurement has; a connection of an idle crowd has one."""
        if self.at_once:
            return self.connections
        return int(all_requests * self.share)


BESIDE_NGINX = ("nginx", "gibbon")
TOKENS = (
    Scenario("hs", "HS256, 1,000 tokens in turn, verified tokens remembered", "HS256", "hs.tokens",
             prototype_check="hs"),
    Scenario("hs-nocache", "HS256, 1,000 tokens in turn, no memory of verified tokens", "HS256", "hs.tokens",
             prototype_check="hs", gibbon_settings=(("JWT_VERIFIED_TOKENS_SIZE", "0"),)),
    Scenario("hs-new", "HS256, every token new", "HS256", "hs-new.tokens", each_once=True, prototype_check="hs"),
    Scenario("rs-nocache", "RS256, 1,000 tokens in turn, no memory of verified tokens", "RS256", "rs.tokens",
             prototype_check="rs", gibbon_settings=(("JWT_VERIFIED_TOKENS_SIZE", "0"),)),
    Scenario("rs-1000", "RS256, 1,000 tokens in turn, verified tokens remembered", "RS256", "rs.tokens",
             prototype_check="rs-cached"),
    Scenario("rs-new", "RS256, every token new, verified tokens remembered in vain", "RS256", "rs-new.tokens",
             each_once=True, prototype_check="rs-cached"),
)
CONNECTIONS = (
    Scenario("c1", "plain, 1 connection", connections=1, peers=BESIDE_NGINX),
    Scenario("c1000", "plain, 1,000 connections", connections=1_000, peers=BESIDE_NGINX),
    Scenario("idle-10000", "10,000 connections that have had one request each and stay open", connections=10_000,
             at_once=64, peers=BESIDE_NGINX),
)
BODIES = (
    Scenario("body-10k", "answers of 10 KB", path="/svc/10k", peers=BESIDE_NGINX),
    Scenario("body-1m", "answers of 1 MB", path="/svc/1m", share=0.1, peers=BESIDE_NGINX),
    Scenario("upload-1m", "requests with a body of 1 MB", path="/svc/upload", upload=MB, share=0.1,
             peers=BESIDE_NGINX),
)
TLS = (
    Scenario("tls", "TLS 1.3 to the client, HTTP/1.1", client="https", peers=BESIDE_NGINX),
    Scenario("tls-1m", "TLS 1.3 to the client, HTTP/1.1, answers of 1 MB", client="https", path="/svc/1m", share=0.1,
             peers=BESIDE_NGINX),
    Scenario("http2", "HTTP/2 to the client over TLS 1.3, 8 streams on each of 8 connections", client="http2",
             connections=8, streams=8, peers=BESIDE_NGINX),
    Scenario("http2-1m", "HTTP/2 to the client over TLS 1.3, answers of 1 MB", client="http2", path="/svc/1m",
             connections=8, streams=8, share=0.1, peers=BESIDE_NGINX),
)
SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("off", "plain: a prefix is taken off, forwarded headers are set",
                 peers=("nginx", "haproxy", "envoy", "hyper", "floor", "gibbon", "gibbon-log")),
        *TOKENS, *CONNECTIONS, *BODIES, *TLS,
    )
}
