//! What is true of a field whatever its value.

use serde_json::Value;

use super::{Deprecation, Field, Flag};

impl Field {
    /// One short sentence for users, shown in `/schemas`.
    pub fn describe(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// The field must have a value.
    pub fn required(self) -> Self {
        Self { required: Some(true), ..self }
    }

    /// The field may be null. That is so anyway; `/schemas` then says `"required": false`.
    pub fn optional(self) -> Self {
        Self { required: Some(false), ..self }
    }

    /// A record in which the field is not set, or is null, does not name it: for fields that Kong does not have, so that
    /// whoever does not use them sees Kong's records. `/schemas` has it like any other, and it has no default.
    pub fn absent_while_unset(self) -> Self {
        self.optional().flag(Flag::AbsentWhileUnset)
    }

    /// The value of an absent field.
    pub fn default(self, value: impl Into<Value>) -> Self {
        Self { default: Some(value.into()), ..self }
    }

    /// The gateway makes the value: ids, timestamps (`created_at`, `updated_at`), random strings.
    pub fn auto(self) -> Self {
        self.flag(Flag::Auto)
    }

    /// No two records have the same value.
    pub fn unique(self) -> Self {
        self.flag(Flag::Unique)
    }

    /// `/schemas` says `"unique": false`, as if one could have thought otherwise.
    pub fn not_unique(self) -> Self {
        self.flag(Flag::NotUnique)
    }

    /// As [`Field::unique`], in all workspaces together; clients read it in `/schemas`. Here there is one workspace.
    pub fn unique_across_workspaces(self) -> Self {
        self.unique().flag(Flag::UniqueAcrossWorkspaces)
    }

    /// The value is checked in bodies and is no part of the record: whoever prepares the body does something else with
    /// it.
    pub fn transient(self) -> Self {
        self.flag(Flag::Transient)
    }

    /// The value cannot be changed once the record exists.
    pub fn immutable(self) -> Self {
        self.flag(Flag::Immutable)
    }

    /// The value may be a vault reference, `{vault://…}`, to which no checks apply.
    pub fn referenceable(self) -> Self {
        self.flag(Flag::Referenceable)
    }

    /// The value is a secret, and Kong's schema does not say so: what shows changes masks it, `/schemas` is silent.
    pub fn secret(self) -> Self {
        self.flag(Flag::Secret)
    }

    /// The value is a secret, and `/schemas` says so.
    pub fn encrypted(self) -> Self {
        self.flag(Flag::Encrypted)
    }

    /// The one text with which every failing check of this field answers.
    pub fn err(self, text: &'static str) -> Self {
        Self { err: Some(text), ..self }
    }

    /// The field should no longer be used.
    pub fn deprecated(self, deprecation: Deprecation) -> Self {
        Self { deprecation: Some(deprecation), ..self }
    }

    pub(crate) fn flag(mut self, flag: Flag) -> Self {
        if !self.has(flag) {
            self.flags.push(flag);
        }
        self
    }

    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    pub(crate) fn is_required(&self) -> bool {
        self.required == Some(true)
    }
}
