use uuid::Uuid;

use crate::Subschema;

/// What preparing a record needs of the outside: time, randomness, and the schemas that plugins bring.
///
/// They are passed in so that preparing is a pure function, which tests repeat exactly.
pub trait Environment {
    /// The present in seconds since 1970.
    fn now(&self) -> i64;

    /// The present in milliseconds since 1970, for the few timestamps that carry a fraction.
    fn now_millis(&self) -> i64 {
        self.now().saturating_mul(1000)
    }

    /// A fresh random (version 4) id.
    fn new_id(&self) -> Uuid;

    /// A fresh secret: 32 characters of `[A-Za-z0-9]`, from a source fit for secrets.
    fn random_string(&self) -> String;

    /// What specialises `entity` for `key`: `("plugins", "jwt")` gives the schema of the jwt plugin.
    fn subschema(&self, entity: &str, key: &str) -> Option<&Subschema>;
}
