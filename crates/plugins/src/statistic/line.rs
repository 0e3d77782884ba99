//! A line of StatsD, with the tags of those who have added some to it.

use std::fmt;
use std::str::FromStr;

/// What a server does with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatType(&'static str);

impl StatType {
    /// Values are added up.
    pub(crate) const COUNTER: Self = Self("c");
    /// Different values are counted.
    pub(crate) const SET: Self = Self("s");
}

impl FromStr for StatType {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(Self(match name {
            "gauge" => "g",
            "counter" => "c",
            "timer" => "ms",
            "histogram" => "h",
            "meter" => "m",
            "set" => "s",
            "distribution" => "d",
            _ => return Err(()),
        }))
    }
}

/// Names and values beside the name of a statistic, in the form in which the server expects them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tags<'t> {
    None,
    /// `name:1|c|#tag:value,…`
    Dogstatsd(&'t [String]),
    /// `name,tag=value,…:1|c`
    Influxdb(&'t [String]),
    /// `name#tag=value,…:1|c`
    Librato(&'t [String]),
    /// `name[tag=value,…]:1|c`
    Signalfx(&'t [String]),
}

/// One line, without its end.
pub(crate) struct Line<'t, V> {
    pub(crate) prefix: &'t str,
    pub(crate) name: &'t str,
    pub(crate) value: V,
    pub(crate) kind: StatType,
    /// Of how many the value stands for one; 1 is not written.
    pub(crate) sample_rate: Option<f64>,
    pub(crate) tags: Tags<'t>,
}

impl<V: fmt::Display> fmt::Display for Line<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prefix, name, value, kind: StatType(kind), .. } = self;
        write!(f, "{prefix}.{name}")?;
        match self.tags {
            Tags::None | Tags::Dogstatsd(_) => {}
            Tags::Influxdb(tags) => write!(f, ",{}", tags.join(","))?,
            Tags::Librato(tags) => write!(f, "#{}", tags.join(","))?,
            Tags::Signalfx(tags) => write!(f, "[{}]", tags.join(","))?,
        }
        write!(f, ":{value}|{kind}")?;
        if let Some(rate) = self.sample_rate.filter(|rate| (rate - 1.0).abs() > f64::EPSILON) {
            write!(f, "|@{rate}")?;
        }
        match self.tags {
            Tags::Dogstatsd(tags) if !tags.is_empty() => write!(f, "|#{}", tags.join(",")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sample_rate: Option<f64>, tags: Tags<'_>) -> String {
        Line { prefix: "kong", name: "request.count", value: 1, kind: StatType::COUNTER, sample_rate, tags }.to_string()
    }

    #[test]
    fn a_rate_is_written_unless_it_is_one() {
        assert_eq!(line(None, Tags::None), "kong.request.count:1|c");
        assert_eq!(line(Some(1.0), Tags::None), "kong.request.count:1|c");
        assert_eq!(line(Some(0.25), Tags::None), "kong.request.count:1|c|@0.25");
    }

    #[test]
    fn tags_stand_where_the_server_looks_for_them() {
        let tags = ["a=1".to_owned(), "b=2".to_owned()];
        let colons = ["a:1".to_owned(), "b:2".to_owned()];
        for (style, expected) in [
            (Tags::Dogstatsd(&colons), "kong.request.count:1|c|@0.5|#a:1,b:2"),
            (Tags::Influxdb(&tags), "kong.request.count,a=1,b=2:1|c|@0.5"),
            (Tags::Librato(&tags), "kong.request.count#a=1,b=2:1|c|@0.5"),
            (Tags::Signalfx(&tags), "kong.request.count[a=1,b=2]:1|c|@0.5"),
        ] {
            assert_eq!(line(Some(0.5), style), expected);
        }
    }
}
