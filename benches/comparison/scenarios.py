"""What is asked of the peers."""

from dataclasses import dataclass


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
    prototype_check: str = "off"
    gibbon_settings: tuple[tuple[str, str], ...] = ()
    peers: tuple[str, ...] = ("haproxy", "envoy", "hyper", "floor", "gibbon")
    """The kinds of peer that can do it."""


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("off", "plain: a prefix is taken off, forwarded headers are set",
                 peers=("nginx", "haproxy", "envoy", "hyper", "floor", "gibbon", "gibbon-log")),
        Scenario("hs", "HS256, 1,000 tokens in turn", "HS256", "hs.tokens", prototype_check="hs"),
        Scenario("rs-nocache", "RS256, 1,000 tokens in turn, no memory of verified tokens", "RS256", "rs.tokens",
                 prototype_check="rs", gibbon_settings=(("JWT_VERIFIED_TOKENS_SIZE", "0"),)),
        Scenario("rs-1000", "RS256, 1,000 tokens in turn, verified tokens remembered", "RS256", "rs.tokens",
                 prototype_check="rs-cached"),
        Scenario("rs-new", "RS256, every token new, verified tokens remembered in vain", "RS256", "rs-new.tokens",
                 each_once=True, prototype_check="rs-cached"),
    )
}
