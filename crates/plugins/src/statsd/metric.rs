//! One metric of a configuration, and its lines.

use std::borrow::Cow;
use std::str::FromStr;

use gibbon_entities::{Body, BodyError, Service};

use super::config::{Config, TagStyle};
use crate::log_document::WORKSPACE;
use crate::statistic::{ConsumerIdentifier, Line, StatType, Statistic, Subject, Tags};

/// The names of metrics.
pub(super) const NAMES: [&str; 13] = [
    "kong_latency",
    "latency",
    "request_count",
    "request_per_user",
    "request_size",
    "response_size",
    "status_count",
    "status_count_per_user",
    "unique_users",
    "upstream_latency",
    "status_count_per_workspace",
    "status_count_per_user_per_route",
    "shdict_usage",
];

/// How services can be called.
pub(super) const SERVICE_IDENTIFIERS: [&str; 4] =
    ["service_id", "service_name", "service_host", "service_name_or_host"];

/// How the workspace can be called.
pub(super) const WORKSPACE_IDENTIFIERS: [&str; 2] = ["workspace_id", "workspace_name"];

/// See the module.
#[derive(Debug)]
pub(super) struct Metric {
    what: What,
    kind: StatType,
    sample_rate: Option<f64>,
    consumer: ConsumerIdentifier,
    service: ServiceIdentifier,
    workspace: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Measured(Statistic),
    StatusCount,
    StatusCountPerUser,
    StatusCountPerWorkspace,
    StatusCountPerUserPerRoute,
    RequestPerUser,
    UniqueUsers,
    /// The memory that workers of Kong share, which workers here do not.
    SharedMemory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceIdentifier {
    Id,
    Name,
    Host,
    NameOrHost,
}

/// Identifiers for metrics that name none of their own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usual {
    pub(super) consumer: ConsumerIdentifier,
    pub(super) service: ServiceIdentifier,
    pub(super) workspace: &'static str,
}

impl Metric {
    pub(super) fn read(metric: Body<'_>, usual: Usual) -> Result<Self, BodyError> {
        let rate = metric.number("sample_rate", 0.0)?;
        Ok(Self {
            what: metric.parsed("name")?,
            kind: metric.parsed("stat_type")?,
            sample_rate: (rate > 0.0).then_some(rate),
            consumer: metric.parsed_or("consumer_identifier", usual.consumer)?,
            service: metric.parsed_or("service_identifier", usual.service)?,
            workspace: metric.optional_text("workspace_identifier")?.map_or(usual.workspace, workspace),
        })
    }

    /// Adds its line for an exchange, where it has one.
    pub(super) fn write(&self, config: &Config, subject: &Subject<'_>, lines: &mut Vec<String>) {
        match config.tag_style {
            Some(style) => self.write_tagged(config, style, subject, lines),
            None => self.write_named(config, subject, lines),
        }
    }

    /// With tags only what is measured is told: what it is of stands in the tags.
    fn write_tagged(&self, config: &Config, style: TagStyle, subject: &Subject<'_>, lines: &mut Vec<String>) {
        let What::Measured(statistic) = self.what else { return };
        let Some(value) = subject.value(statistic) else { return };
        let tags = self.tags(config, style, subject);
        let tags = match (style, &tags) {
            (_, None) => Tags::None,
            (TagStyle::Dogstatsd, Some(tags)) => Tags::Dogstatsd(tags),
            (TagStyle::Influxdb, Some(tags)) => Tags::Influxdb(tags),
            (TagStyle::Librato, Some(tags)) => Tags::Librato(tags),
            (TagStyle::Signalfx, Some(tags)) => Tags::Signalfx(tags),
        };
        let (prefix, name) = (&*config.prefix, statistic.name());
        lines.push(Line { prefix, name, value, kind: self.kind, sample_rate: self.sample_rate, tags }.to_string());
    }

    /// As in Kong, what belongs to no service has none.
    fn tags(&self, config: &Config, style: TagStyle, subject: &Subject<'_>) -> Option<Vec<String>> {
        let service = self.service.of(subject.service?)?;
        let route = subject.route.map(|route| match &route.name {
            Some(name) => name.to_string(),
            None => route.id.to_string(),
        });
        let consumer = subject.consumer.and_then(|consumer| self.consumer.of(consumer));
        let tags = [
            ("service", Some(service)),
            ("route", route.map(Cow::from)),
            ("workspace", Some(self.workspace.into())),
            ("consumer", consumer),
            ("node", Some((&*config.hostname).into())),
            ("status", Some(subject.status.to_string().into())),
        ];
        let sign = if style == TagStyle::Dogstatsd { ':' } else { '=' };
        let known = tags.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}{sign}{value}")));
        Some(known.collect())
    }

    fn write_named(&self, config: &Config, subject: &Subject<'_>, lines: &mut Vec<String>) {
        let scope = self.scope(subject);
        let (status, workspace) = (subject.status, self.workspace);
        let user = || subject.consumer.and_then(|consumer| self.consumer.of(consumer));
        let of_user = |name: &dyn Fn(&str) -> String| user().map(|user| name(&user));
        let named = match self.what {
            What::Measured(statistic) => {
                let value = subject.value(statistic);
                return lines.extend(value.map(|value| {
                    self.line(config, &format!("{scope}.{}", statistic.name()), value, self.kind, self.sample_rate)
                }));
            }
            What::UniqueUsers => {
                return lines.extend(
                    user().map(|user| self.line(config, &format!("{scope}.user.uniques"), user, StatType::SET, None)),
                );
            }
            What::SharedMemory => None,
            What::StatusCount => Some(format!("{scope}.status.{status}")),
            What::StatusCountPerWorkspace => Some(format!("{scope}.workspace.{workspace}.status.{status}")),
            What::StatusCountPerUser => of_user(&|user| format!("{scope}.user.{user}.status.{status}")),
            What::RequestPerUser => of_user(&|user| format!("{scope}.user.{user}.request.count")),
            What::StatusCountPerUserPerRoute => subject
                .route
                .and_then(|route| of_user(&|user| format!("route.{}.user.{user}.status.{status}", route.id))),
        };
        lines.extend(named.map(|name| self.line(config, &name, 1, StatType::COUNTER, self.sample_rate)));
    }

    fn line(
        &self,
        config: &Config,
        name: &str,
        value: impl std::fmt::Display,
        kind: StatType,
        sample_rate: Option<f64>,
    ) -> String {
        Line { prefix: &config.prefix, name, value, kind, sample_rate, tags: Tags::None }.to_string()
    }

    /// What the names of metrics begin with, behind the prefix.
    fn scope(&self, subject: &Subject<'_>) -> String {
        match subject.service {
            None => "global.unmatched".to_owned(),
            Some(service) => match self.service.of(service) {
                None => "service.unnamed".to_owned(),
                Some(name) => format!("service.{}", name.replace('.', "_")),
            },
        }
    }
}

impl ServiceIdentifier {
    fn of(self, service: &Service) -> Option<Cow<'_, str>> {
        match self {
            Self::Id => Some(service.id.to_string().into()),
            Self::Name => service.name.as_deref().map(Cow::from),
            Self::Host => Some((&*service.host).into()),
            Self::NameOrHost => Some(service.name.as_deref().unwrap_or(&service.host).into()),
        }
    }
}

/// The one workspace that there is, as this identifier calls it.
pub(super) fn workspace(identifier: &str) -> &'static str {
    match identifier {
        "workspace_name" => WORKSPACE.name,
        _ => WORKSPACE.id,
    }
}

impl FromStr for ServiceIdentifier {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "service_id" => Ok(Self::Id),
            "service_name" => Ok(Self::Name),
            "service_host" => Ok(Self::Host),
            "service_name_or_host" => Ok(Self::NameOrHost),
            _ => Err(()),
        }
    }
}

impl FromStr for What {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "status_count" => Ok(Self::StatusCount),
            "status_count_per_user" => Ok(Self::StatusCountPerUser),
            "status_count_per_workspace" => Ok(Self::StatusCountPerWorkspace),
            "status_count_per_user_per_route" => Ok(Self::StatusCountPerUserPerRoute),
            "request_per_user" => Ok(Self::RequestPerUser),
            "unique_users" => Ok(Self::UniqueUsers),
            "shdict_usage" => Ok(Self::SharedMemory),
            _ => name.parse().map(Self::Measured),
        }
    }
}
