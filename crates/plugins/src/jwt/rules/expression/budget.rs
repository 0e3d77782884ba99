//! What working out a rule for one token may cost.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cel::common::types::Type;
use cel::common::value::{StaticVal, Val};

/// The payments that a rule has for one token. One is the price of one element of a list that is walked through, and of
/// 64 bytes of the token that become values.
const PAYMENTS: usize = 1_000;

static TYPE: Type = Type::new_unspecified_type("@budget");

/// What is left; shared by its clones.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<AtomicUsize>);

impl Budget {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(PAYMENTS + 1)))
    }

    /// Pays; `false` where it is not enough, and then there is nothing left.
    pub(super) fn pay(&self, price: usize) -> bool {
        let left = self.0.load(Relaxed).saturating_sub(price);
        self.0.store(left, Relaxed);
        left > 0
    }

    pub(super) fn pay_for_bytes(&self, bytes: usize) -> bool {
        self.pay(bytes.div_ceil(64))
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Relaxed) == 0
    }
}

/// So that a function of a rule can be handed it.
impl Val for Budget {
    fn get_type(&self) -> &Type {
        &TYPE
    }

    fn cel_type() -> &'static Type {
        &TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Budget {}
