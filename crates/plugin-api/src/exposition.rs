//! Metrics as Prometheus reads them: the text format, version 0.0.4.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

/// The media type of the format, as Kong names it.
pub const MEDIA_TYPE: &str = "text/plain; charset=UTF-8";

/// What a family of metrics is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that only grows.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// How often values were at most as large as each of some bounds.
    Histogram,
}

/// Families of metrics that are being written, each with its samples. They come out in the order of their names.
#[derive(Debug, Default)]
pub struct Exposition {
    families: BTreeMap<&'static str, Family>,
    /// What the node serves, as Kong calls it. Some of what is one here is two there, and is told under both names.
    pub subsystems: &'static [&'static str],
    /// What those that write keep in memory that is bounded.
    pub memories: Vec<Memory>,
    /// How often something was not counted, since there was no room for another count.
    pub lost: u64,
}

/// A memory with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What it is of.
    pub name: &'static str,
    /// The bytes in use.
    pub bytes: u64,
    /// The bytes that may be.
    pub capacity: u64,
}

#[derive(Debug)]
struct Family {
    kind: Kind,
    help: &'static str,
    samples: String,
}

/// The samples of one family.
pub struct Samples<'e> {
    name: &'static str,
    text: &'e mut String,
}

/// Names and values of labels, in the order in which they are written.
pub type Labels<'l> = &'l [(&'l str, &'l str)];

impl Exposition {
    /// One of a node that serves these subsystems.
    pub fn of(subsystems: &'static [&'static str]) -> Self {
        Self { subsystems, ..Self::default() }
    }

    /// The samples of a family, which may be added to by several. A family without samples is not written.
    pub fn family(&mut self, name: &'static str, kind: Kind, help: &'static str) -> Samples<'_> {
        let family = self.families.entry(name).or_insert_with(|| Family { kind, help, samples: String::new() });
        Samples { name, text: &mut family.samples }
    }

    /// The text.
    pub fn into_text(self) -> String {
        let mut text = String::new();
        for (name, Family { kind, help, samples }) in self.families {
            if !samples.is_empty() {
                // Writing to memory cannot fail.
                let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {}\n{samples}", kind.as_str());
            }
        }
        text
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

impl Samples<'_> {
    /// Adds one. Two with the same labels must not be added.
    pub fn add(&mut self, labels: Labels<'_>, value: impl Display) {
        self.line("", labels, None, value);
    }

    /// Adds a histogram: for each bound how many values were at most as large, the larger ones included; how many
    /// there were; and their sum.
    pub fn add_histogram(&mut self, labels: Labels<'_>, buckets: &[(u64, u64)], count: u64, sum: impl Display) {
        for (bound, count) in buckets {
            self.line("_bucket", labels, Some(&bound.to_string()), count);
        }
        self.line("_bucket", labels, Some("+Inf"), count);
        self.line("_count", labels, None, count);
        self.line("_sum", labels, None, sum);
    }

    fn line(&mut self, suffix: &str, labels: Labels<'_>, bound: Option<&str>, value: impl Display) {
        let (name, text) = (self.name, &mut *self.text);
        text.push_str(name);
        text.push_str(suffix);
        let labels = labels.iter().copied().chain(bound.map(|bound| ("le", bound)));
        let mut separator = '{';
        for (label, value) in labels {
            text.push(separator);
            text.push_str(label);
            text.push_str("=\"");
            push_escaped(text, value);
            text.push('"');
            separator = ',';
        }
        let end = if separator == ',' { "} " } else { " " };
        // Writing to memory cannot fail.
        let _ = writeln!(text, "{end}{value}");
    }
}

/// What would end a value, or a line, stands behind a `\`.
fn push_escaped(text: &mut String, value: &str) {
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '"' => text.push_str("\\\""),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_by_name_and_only_with_samples() {
        let mut exposition = Exposition::default();
        exposition.family("b_total", Kind::Counter, "The second.").add(&[("x", "1"), ("y", "")], 7);
        exposition.family("a", Kind::Gauge, "The first.").add(&[], 0.5);
        exposition.family("c", Kind::Gauge, "Nothing.");
        exposition.family("b_total", Kind::Counter, "The second.").add(&[("x", "2"), ("y", "3")], 8);
        let expected = "# HELP a The first.\n# TYPE a gauge\na 0.5\n\
                        # HELP b_total The second.\n# TYPE b_total counter\n\
                        b_total{x=\"1\",y=\"\"} 7\nb_total{x=\"2\",y=\"3\"} 8\n";
        assert_eq!(exposition.into_text(), expected);
    }

    #[test]
    fn a_histogram_has_its_buckets_its_count_and_its_sum() {
        let mut exposition = Exposition::default();
        let buckets = [(1, 2), (25, 3)];
        exposition.family("ms", Kind::Histogram, "Time.").add_histogram(&[("r", "a")], &buckets, 4, 61.25);
        let expected = "# HELP ms Time.\n# TYPE ms histogram\n\
                        ms_bucket{r=\"a\",le=\"1\"} 2\nms_bucket{r=\"a\",le=\"25\"} 3\nms_bucket{r=\"a\",le=\"+Inf\"} 4\n\
                        ms_count{r=\"a\"} 4\nms_sum{r=\"a\"} 61.25\n";
        assert_eq!(exposition.into_text(), expected);
    }

    #[test]
    fn a_value_cannot_end_its_line() {
        let mut exposition = Exposition::default();
        exposition.family("a", Kind::Gauge, "It.").add(&[("x", "1\"} 9\na\\")], 1);
        assert!(exposition.into_text().ends_with("a{x=\"1\\\"} 9\\na\\\\\"} 1\n"));
    }
}
