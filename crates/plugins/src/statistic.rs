//! What is counted and measured of an exchange, and the lines in which servers of StatsD are told.

mod identifier;
mod line;
mod log;
mod sender;
mod subject;

pub(crate) use identifier::ConsumerIdentifier;
pub(crate) use line::{Line, StatType, Tags};
pub(crate) use log::StatisticLog;
use sender::Sender;
pub(crate) use sender::{Means, Place};
pub(crate) use subject::{Statistic, Subject};
