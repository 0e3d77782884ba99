use serde_json::Value;

use crate::check::quoted;
use crate::{Object, field_path};

/// Something computed from a written record before it is stored: a password becomes its hash.
///
/// It runs only when a body sets one of its inputs to another value than it has, so that what it made is not taken for
/// an input when it is sent back. All inputs and needs must then have values.
#[derive(Debug, Clone)]
pub struct Transformation {
    inputs: Vec<&'static str>,
    needs: Vec<&'static str>,
    apply: fn(&mut Object) -> Result<(), String>,
}

impl Transformation {
    /// `apply` changes the validated record. `inputs` and `needs` are paths such as `password` and `consumer.id`.
    pub fn new(
        inputs: impl IntoIterator<Item = &'static str>,
        needs: impl IntoIterator<Item = &'static str>,
        apply: fn(&mut Object) -> Result<(), String>,
    ) -> Self {
        Self { inputs: inputs.into_iter().collect(), needs: needs.into_iter().collect(), apply }
    }

    /// Whether a body sets an input to another value than the record has that it changes.
    pub(crate) fn is_wanted(&self, body: &Object, existing: Option<&Object>) -> bool {
        self.inputs.iter().any(|input| {
            let value = field_path::get(body, input);
            let present = existing.and_then(|existing| field_path::get(existing, input));
            field_path::is_nonempty(value) && value != present
        })
    }

    /// The violation of a record that lacks some of what is needed.
    pub(crate) fn lacking(&self, record: &Object) -> Option<String> {
        let names: Vec<_> = self.inputs.iter().chain(&self.needs).copied().collect();
        let complete = names.iter().all(|name| field_path::is_nonempty(field_path::get(record, name)));
        (!complete).then(|| format!("all or none of these fields must be set: {}", quoted(&names)))
    }

    /// Changes the record; the error concerns it as a whole.
    pub(crate) fn apply(&self, record: &mut Object) -> Result<(), Value> {
        (self.apply)(record).map_err(|why| format!("transformation failed: {why}").into())
    }
}
