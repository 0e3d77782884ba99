//! A gateway that is up: what signals ask for is done here.

use std::sync::Arc;

use gibbon_admin::Declared;
use gibbon_conf::Loaded;
use gibbon_plugin_api::Node;
use gibbon_proxy::DataPlane;
use gibbon_runtime::Configuration;

use super::control::Control;
use super::ending::{self, End};
use super::settings::Beside;
use super::{declared, settings};
use crate::cli::Boot;
use crate::handover::Listeners;
use crate::pid_file::PidFile;
use crate::signals::{Signal, Signals};

/// Its parts.
pub(super) struct Running<'a> {
    pub(super) boot: &'a Boot,
    pub(super) node: &'a Node,
    pub(super) data_plane: &'a DataPlane,
    pub(super) configuration: &'a Arc<Configuration>,
    pub(super) admin: Control,
    /// What is served where there is no database.
    pub(super) declared: Option<Arc<Declared>>,
    /// Its ports.
    pub(super) listeners: Listeners,
    /// Its hold on the prefix.
    pub(super) claim: PidFile,
}

impl Running<'_> {
    /// Does what signals ask for until one of them asks for the end.
    pub(super) async fn steer(&mut self, signals: &mut Signals) -> End {
        loop {
            match signals.next().await {
                Signal::Stop => return End::Now,
                Signal::Quit => return End::Gracefully,
                Signal::ReopenLogs => self.boot.logging.reopen(),
                Signal::Reload => self.reload().await,
                Signal::Upgrade => {
                    if let Some(end) = self.upgrade(signals).await {
                        return end;
                    }
                }
            }
        }
    }

    /// Ends what runs beside the workers, and lets the workers finish. The prefix stays claimed by what is returned.
    pub(super) async fn end(self, end: End, signals: &mut Signals) -> PidFile {
        // Each worker has its own; these would keep the ports open.
        drop(self.listeners);
        match end {
            End::Now => self.admin.abort(),
            End::Gracefully => {
                tokio::join!(self.admin.stop(), ending::drain(self.data_plane, signals));
            }
            End::HandedOver => tokio::select! {
                () = ending::drain(self.data_plane, signals) => {}
                () = ending::follow(self.configuration) => {}
            },
        }
        self.claim
    }

    /// Takes over what may change while the gateway runs. A file with a mistake in it changes nothing.
    async fn reload(&self) {
        match self.boot.source.reload(&self.boot.conf.prefix) {
            Ok(loaded) => self.take_over(loaded).await,
            Err(errors) => {
                errors.iter().for_each(|error| tracing::error!("{error}"));
                tracing::error!("the settings were not read again: the old ones stay valid");
            }
        }
    }

    async fn take_over(&self, Loaded { conf, vaults, warnings, .. }: Loaded) {
        let beside = match Beside::of(&conf, &self.boot.logging, self.configuration) {
            Ok(beside) => beside,
            Err(error) => {
                tracing::error!("cannot speak TLS: {error}");
                tracing::error!("the settings were not taken over: the old ones stay valid");
                return;
            }
        };
        warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        self.boot.logging.set_level(conf.logs.level);
        settings::name_what_needs_a_restart(&self.boot.conf, &conf);
        if self.boot.vaults != vaults {
            tracing::warn!("the keys of vaults changed in the settings: that takes effect after a restart");
        }
        self.admin.reconfigure(&conf);
        self.data_plane.reconfigure(settings::of(&conf, beside));
        tracing::info!("the settings were read again");
        if let Some(declared) = &self.declared {
            declared::reload(declared, &conf.declared).await;
        }
    }
}
