//! Whether Lua out of the configuration runs.

use crate::key::{Key, KeyDoc, Kind, SectionDoc};
use crate::reader::Reader;
use crate::switch::choose;

/// What becomes of Lua in records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UntrustedLua {
    /// A record with Lua in it is refused.
    Off,
    /// It runs, shut in.
    #[default]
    Sandbox,
}

const UNTRUSTED: Key<UntrustedLua> = Key::new(
    "untrusted_lua",
    "sandbox",
    Kind::Choice("`sandbox`, `on` or `off`"),
    |text| {
        choose(text, &[("sandbox", UntrustedLua::Sandbox), ("on", UntrustedLua::Sandbox), ("off", UntrustedLua::Off)])
    },
    "Whether Lua out of the configuration runs (`pre-function`, `post-function`, `custom_fields_by_lua`, `$(…)` in \
     `request-transformer`). It is shut in always: `on` is `sandbox`.",
);

const KEYS: &[KeyDoc] = &[UNTRUSTED.doc];
pub(crate) const DOC: SectionDoc = SectionDoc { title: "Lua", keys: KEYS };

impl UntrustedLua {
    pub(crate) fn read(reader: &mut Reader) -> Self {
        reader.read(&UNTRUSTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_shut_in_or_not_at_all() {
        let parse = |text| (UNTRUSTED.parse)(text);
        assert_eq!((parse("on"), parse("sandbox")), (Ok(UntrustedLua::Sandbox), Ok(UntrustedLua::Sandbox)));
        assert_eq!(parse("off"), Ok(UntrustedLua::Off));
        assert!(parse("yes").is_err());
    }
}
