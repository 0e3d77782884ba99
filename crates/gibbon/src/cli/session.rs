//! What commands about records begin with: the settings of a gateway, and every kind of record that it has.

use std::sync::Arc;

use gibbon_conf::{Database, Loaded};
use gibbon_declarative::Kinds;
use gibbon_runtime::Definitions;

use super::node::NodeArgs;
use super::terminal::show_loaded;
use super::{Failure, Verbosity};
use crate::app;

/// A gateway as such a command sees it.
pub(super) struct Session {
    pub(super) settings: Loaded,
    pub(super) definitions: Arc<Definitions>,
}

impl Session {
    /// Reads the settings, and says what is to be said about them.
    ///
    /// # Errors
    /// Where there is a mistake in them.
    pub(super) fn begin(node: &NodeArgs, verbosity: Verbosity) -> Result<Self, Failure> {
        let settings = node.source().load()?;
        show_loaded(&settings, verbosity);
        let definitions = Arc::new(app::definitions(&settings.conf)?);
        Ok(Self { settings, definitions })
    }

    /// The same, for what cannot be done without a database: then `otherwise` is what it fails with.
    ///
    /// # Errors
    /// Where there is a mistake in the settings, or no database.
    pub(super) fn with_database(
        node: &NodeArgs,
        verbosity: Verbosity,
        otherwise: impl Into<Failure>,
    ) -> Result<Self, Failure> {
        let session = Self::begin(node, verbosity)?;
        if session.settings.conf.database == Database::Off { Err(otherwise.into()) } else { Ok(session) }
    }

    /// Every kind of record.
    pub(super) fn kinds(&self) -> Kinds<'_> {
        Kinds::new(self.definitions.iter())
    }
}
