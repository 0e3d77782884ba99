//! Whether a text is a piece of Lua.

use mlua::chunk::ChunkMode;
use mlua::{Lua, LuaOptions, StdLib};

use crate::failure::Failure;

/// Compiles `source` and runs nothing of it. It is called by its own text in messages, as Lua does.
///
/// # Errors
/// Where it is no Lua, in Lua's words.
pub fn syntax(source: &str) -> Result<(), Failure> {
    let lua = Lua::new_with(StdLib::NONE, LuaOptions::default()).map_err(|error| Failure::of(&error))?;
    function(&lua, source).map(drop).map_err(|error| Failure::of(&error))
}

/// The function that a text is.
pub(crate) fn function(lua: &Lua, source: &str) -> mlua::Result<mlua::Function> {
    lua.load(source).set_name(source).set_mode(ChunkMode::Text).into_function()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_the_words_of_lua() {
        let wrong = |source: &str| syntax(source).unwrap_err().to_string();
        assert_eq!(wrong("all your base"), "[string \"all your base\"]:1: '=' expected near 'your'");
        assert_eq!(wrong("return 'a"), "[string \"return 'a\"]:1: unfinished string near '<eof>'");
        assert_eq!(syntax("goto done ::done:: return function() end"), Ok(()));
    }

    #[test]
    fn byte_code_is_refused() {
        assert!(matches!(syntax("\u{1b}LJ\u{2}\u{0}"), Err(Failure::Syntax(_) | Failure::Raised(_))));
    }

    #[test]
    fn nothing_runs() {
        assert_eq!(syntax("while true do end"), Ok(()));
    }
}
