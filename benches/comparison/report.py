"""Tables of medians and ratios, in Markdown, and whether the targets are met."""

from statistics import median

BASES = ("nginx", "haproxy", "hyper")
COLUMNS = ("", "CPU µs a request", *(f"÷ {base}" for base in BASES), "requests/s", "p50 ms", "p99 ms", "idle MB", "busy MB",
           "bad")

IDLE_MB = 30
TARGETS = (
    # What it says, the scenario of Gibbon, what it is divided by (peer, scenario; `None` is Gibbon itself), the most.
    ("plain ÷ hyper prototype", "off", ("hyper", "off"), 1.25),
    ("HS256 ÷ HAProxy", "hs", ("haproxy", "hs"), 0.8),
    ("RS256, tokens remembered ÷ own plain", "rs-1000", (None, "off"), 1.3),
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

    def peers(self, scenario):
        """In the order in which they first came, which is that of round 0."""
        first = min((row["round"] for row in self.rows if row["scenario"] == scenario), default=0)
        return [row["peer"] for row in self.rows if (row["scenario"], row["round"]) == (scenario, first)]


def table(results, scenario):
    """The table of one scenario."""
    lines = [COLUMNS, tuple("---" if not column else "--:" for column in COLUMNS)]
    lines += [_line(results, scenario.name, peer) for peer in results.peers(scenario.name)]
    return f"### `{scenario.name}`: {scenario.title}\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _line(results, scenario, peer):
    middle = {key: median(results.values(scenario, peer, key).values()) for key in ("us", "rps", "p50", "p99", "idle", "busy")}
    ratios = (_middle_of(results.ratios((scenario, peer), (scenario, base))) for base in BASES)
    return (peer, f"{middle['us']:.1f}", *ratios, f"{middle['rps']:.0f}", f"{middle['p50']:.2f}", f"{middle['p99']:.2f}",
            f"{middle['idle']:.1f}", f"{middle['busy']:.1f}", str(sum(results.values(scenario, peer, "bad").values())))


def _middle_of(ratios):
    return f"{median(ratios):.2f}" if ratios else ""


def targets(results, gibbons):
    """Each target for each Gibbon that was measured, with the least and the greatest ratio of a round."""
    lines = [("target", "at most", "", "median", "rounds", "met"), ("---", "--:", "---", "--:", "---", "---")]
    for text, scenario, (peer, base), most in TARGETS:
        for name in gibbons:
            if ratios := results.ratios((scenario, name), (base, peer or name)):
                lines.append((text, f"{most}", name, f"{median(ratios):.2f}", f"{ratios[0]:.2f} to {ratios[-1]:.2f}",
                              _yes_or_no(median(ratios) <= most)))
    for name in gibbons:
        if idle := sorted(results.values("off", name, "idle").values()):
            lines.append(("idle memory, MB", f"{IDLE_MB}", name, f"{median(idle):.1f}", f"{idle[0]:.1f} to {idle[-1]:.1f}",
                          _yes_or_no(median(idle) < IDLE_MB)))
    return "### Targets\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _yes_or_no(met):
    return "yes" if met else "**no**"
