//! What the plugins of one request share.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// One value of a type that only those plugins know that use it, from the request's first phase to its last; empty until
/// one of them puts something there.
#[derive(Default)]
pub struct Shared(RefCell<Option<Rc<dyn Any>>>);

impl Shared {
    /// Keeps `value` instead of what was there.
    pub fn put<T: Any>(&self, value: Rc<T>) {
        *self.0.borrow_mut() = Some(value);
    }

    /// What was put there, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<Rc<T>> {
        self.0.borrow().clone().and_then(|value| value.downcast().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there_for_all() {
        let shared = Shared::default();
        assert_eq!(shared.get::<u8>(), None);
        shared.put(Rc::new(7_u8));
        assert_eq!((shared.get::<u8>(), shared.get::<&str>()), (Some(Rc::new(7)), None));
    }
}
