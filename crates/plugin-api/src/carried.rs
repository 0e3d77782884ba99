//! What an instance remembers of a request from one phase to the next.

use std::any::Any;

/// One value of a type that only the plugin knows; empty until the instance puts something there.
#[derive(Default)]
pub struct Carried(Option<Box<dyn Any>>);

impl Carried {
    /// Keeps `value` instead of what was there.
    pub fn put<T: Any>(&mut self, value: T) {
        self.0 = Some(Box::new(value));
    }

    /// What was put there, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_ref().and_then(|value| value.downcast_ref())
    }

    /// As [`Carried::get`], and it is gone.
    pub fn take<T: Any>(&mut self) -> Option<T> {
        let value = self.0.take()?;
        match value.downcast() {
            Ok(value) => Some(*value),
            Err(other) => {
                self.0 = Some(other);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_given_back_as_the_type_that_it_has() {
        let mut carried = Carried::default();
        assert_eq!(carried.get::<u8>(), None);
        carried.put(7_u8);
        assert_eq!((carried.get(), carried.get::<&str>()), (Some(&7_u8), None));
        assert_eq!((carried.take::<&str>(), carried.take()), (None, Some(7_u8)));
        assert_eq!(carried.get::<u8>(), None);
    }
}
