//! What a plugin keeps for a worker: caches that no other thread touches.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::rc::Rc;

/// Values of one worker, one of each type.
#[derive(Default)]
pub struct WorkerLocals {
    // A handful of types at most, so a list is faster than a map.
    slots: RefCell<Vec<(TypeId, Rc<dyn Any>)>>,
}

impl WorkerLocals {
    /// The worker's value of type `T`, made by `init` when it is first asked for.
    pub fn get<T: 'static>(&self, init: impl FnOnce() -> T) -> Rc<T> {
        let wanted = TypeId::of::<T>();
        let found = self.slots.borrow().iter().find(|(id, _)| *id == wanted).map(|(_, slot)| Rc::clone(slot));
        if let Some(Ok(value)) = found.map(Rc::downcast::<T>) {
            return value;
        }
        let value = Rc::new(init());
        let slot: Rc<dyn Any> = Rc::clone(&value) as _;
        self.slots.borrow_mut().push((wanted, slot));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_for_each_type() {
        let locals = WorkerLocals::default();
        let first = locals.get(|| 1_u32);
        let second = locals.get(|| 2_u32);
        assert_eq!((*first, *second, *locals.get(|| "text")), (1, 1, "text"));
    }
}
