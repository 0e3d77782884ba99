"""Tables of medians and ratios, in Markdown, and whether the targets are met."""

from statistics import median

from .scenarios import SCENARIOS, TOKENS

BASES = ("nginx", "haproxy", "hyper")
COLUMNS = ("", "CPU µs a request", "rounds", *(f"÷ {base}" for base in BASES), "requests/s", "p50 ms", "p99 ms",
           "idle MB", "busy MB", "bad")

TARGETS = (
    # What it says, the scenario of Gibbon, what it is divided by (peer, scenario; `None` is Gibbon itself), the most.
    ("plain ÷ hyper prototype", "off", ("hyper", "off"), 1.25),
    ("plain ÷ nginx", "off", ("nginx", "off"), 0.9),
    ("answers of 1 MB ÷ nginx", "body-1m", ("nginx", "body-1m"), 1.2),
    ("uploads of 1 MB ÷ nginx", "upload-1m", ("nginx", "upload-1m"), 1.2),
    ("TLS ÷ nginx", "tls", ("nginx", "tls"), 1.3),
    ("TLS, answers of 1 MB ÷ nginx", "tls-1m", ("nginx", "tls-1m"), 1.3),
    ("HTTP/2 ÷ nginx (a goal)", "http2", ("nginx", "http2"), 1.5),
    ("HTTP/2, answers of 1 MB ÷ nginx (a goal)", "http2-1m", ("nginx", "http2-1m"), 1.5),
    ("HS256 ÷ HAProxy", "hs", ("haproxy", "hs"), 0.8),
    ("RS256, tokens remembered ÷ own plain", "rs-1000", (None, "off"), 1.3),
)
MEMORY_TARGETS = (
    # What it says, the scenario, when, the most in MB.
    ("idle memory, MB", "off", "idle", 30),
    ("memory with 10,000 idle connections, MB", "idle-10000", "busy", 250),
)


class Results:
    """All measurements of a run."""

    def __init__(self):
        self.rows = []

    def add(self, round_, scenario, peer, values):
        self.rows.append({"round": round_, "scenario": scenario, "peer": peer, **values})

    def values(self, scenario, peer, key):
        """The values of one peer in one scenario, by round."""
        return {row["round"]: row[key] for row in self.rows if (row["scenario"], row["peer"]) == (scenario, peer)}

    def ratios(self, above, below):
        """CPU time of one (scenario, peer) over another's, taken within each round."""
        top, bottom = self.values(*above, "us"), self.values(*below, "us")
        return sorted(top[round_] / bottom[round_] for round_ in top.keys() & bottom.keys())

    def ratio_of_least(self, above, below):
        """The same of the least CPU time that either took in any round: what is left on a machine that is busy."""
        return min(self.values(*above, "us").values()) / min(self.values(*below, "us").values())

    def differences(self, minuend, subtrahend):
        """CPU time of one (scenario, peer) less another's, taken within each round."""
        more, less = self.values(*minuend, "us"), self.values(*subtrahend, "us")
        return [more[round_] - less[round_] for round_ in more.keys() & less.keys()]

    def peers(self, scenario):
        """In the order in which they first came, which is that of round 0."""
        first = min((row["round"] for row in self.rows if row["scenario"] == scenario), default=0)
        return [row["peer"] for row in self.rows if (row["scenario"], row["round"]) == (scenario, first)]


def tables(results, machine, gibbons):
    """All that a run has to say: the machine, a table for each scenario, what costs what, the targets."""
    scenarios = [scenario for name, scenario in SCENARIOS.items() if results.peers(name)]
    parts = [machine, *(table(results, scenario) for scenario in scenarios), costs(results), targets(results, gibbons)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(results, scenario):
    """The table of one scenario."""
    lines = [_line(results, scenario.name, peer) for peer in results.peers(scenario.name)]
    return f"### `{scenario.name}`: {scenario.title}\n\n" + _markdown(COLUMNS, lines)


def _markdown(head, lines):
    """A table; the first column is text, the others are numbers."""
    rows = [head, ["---", *["--:"] * (len(head) - 1)], *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _line(results, scenario, peer):
    column = {key: list(results.values(scenario, peer, key).values())
              for key in ("us", "rps", "p50", "p99", "idle", "busy", "bad")}
    middle = {key: median(values) for key, values in column.items()}
    ratios = (_middle_of(results.ratios((scenario, peer), (scenario, base))) for base in BASES)
    return (peer, f"{middle['us']:.1f}", _range(column["us"], 1), *ratios, f"{middle['rps']:.0f}", f"{middle['p50']:.2f}",
            f"{middle['p99']:.2f}", f"{middle['idle']:.1f}", f"{middle['busy']:.1f}", str(sum(column["bad"])))


def _middle_of(ratios):
    return f"{median(ratios):.2f}" if ratios else ""


def _range(values, digits):
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def costs(results):
    """What tokens cost a peer beyond its own plain scenario, taken within each round."""
    names = [scenario.name for scenario in TOKENS if results.peers(scenario.name)]
    lines = []
    for peer in results.peers("off"):
        differences = [results.differences((name, peer), ("off", peer)) for name in names]
        if any(differences):
            lines.append((peer, *(f"{median(found):+.1f}" if found else "" for found in differences)))
    return lines and "### CPU µs a request beyond plain\n\n" + _markdown(("", *(f"`{name}`" for name in names)), lines)


def targets(results, gibbons):
    """Each target for each Gibbon that was measured, with the least and the greatest ratio of a round."""
    lines = []
    for text, scenario, (peer, base), most in TARGETS:
        for name in gibbons:
            pair = (scenario, name), (base, peer or name)
            if ratios := results.ratios(*pair):
                lines.append(_target(text, name, most, ratios, results.ratio_of_least(*pair)))
    for text, scenario, when, most in MEMORY_TARGETS:
        for name in gibbons:
            if found := list(results.values(scenario, name, when).values()):
                lines.append(_target(text, name, most, found, min(found)))
    return "### Targets\n\n" + _markdown(("", "", "at most", "median", "rounds", "of the least", "met"), lines)


def _target(text, name, most, values, least):
    middle = median(values)
    met = "yes" if middle <= most else "**no**"
    return text, name, f"{most:g}", f"{middle:.2f}", _range(values, 2), f"{least:.2f}", met


def renew(page, text, what="measured"):
    """Puts `text` into a page, in the place of what an earlier run has left between the marks."""
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    before, _, rest = page.read_text().partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"{page} has no `{begin}` and `{end}`")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}")
