//! What instances ask of whoever runs them.

use std::sync::Arc;

use gibbon_plugin_api::{BodyNeed, Phases};

use super::Instance;

/// What several of them ask for, taken together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demands {
    /// What the most demanding needs of the body.
    pub(super) body: Option<BodyNeed>,
    /// The phases that any of them takes part in.
    pub(super) phases: Phases,
}

impl Default for Demands {
    fn default() -> Self {
        Self { body: None, phases: Phases::NONE }
    }
}

impl Demands {
    pub(super) fn of<'i>(instances: impl Iterator<Item = &'i Arc<Instance>>) -> Self {
        let each = instances.map(|it| Self { body: Some(it.handler.body_need()), phases: it.phases });
        each.fold(Self::default(), Self::and)
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { body: self.body.max(other.body), phases: self.phases.and(other.phases) }
    }
}
