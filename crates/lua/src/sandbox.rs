//! One state, and what is run in it.

use std::rc::Rc;

use mlua::{Function, HookTriggers, IntoLuaMulti, Lua, LuaOptions, MultiValue, StdLib, Table, Value, VmState};

use crate::compile;
use crate::failure::{self, Failure};
use crate::meter::{Limits, Meter};
use crate::native;

/// After how many instructions a state looks at its meter. One instruction can copy a text of half the memory.
const LOOK_EVERY: u32 = 100;

const BASE: &str = include_str!("prelude/base.lua");
const STRINGS: &str = include_str!("prelude/strings.lua");
const TABLES: &str = include_str!("prelude/tables.lua");
const NGX: &str = include_str!("prelude/ngx.lua");
const MODULES: &str = include_str!("prelude/modules.lua");

/// What code may ask of its surroundings while it runs.
pub trait Host {
    /// Does `operation`. What comes back is what the code gets.
    ///
    /// # Errors
    /// What the code sees as an error.
    fn call(&mut self, lua: &Lua, operation: &str, arguments: MultiValue) -> mlua::Result<MultiValue>;
}

/// A state of Lua with bounds.
pub struct Sandbox {
    lua: Lua,
    meter: Rc<Meter>,
    /// What the prelude keeps for us.
    house: Table,
    bind: Function,
}

impl Sandbox {
    /// A state with Lua's library. `extensions` are further preludes of whoever runs it, each called with the table in
    /// which `base.lua` says what there is.
    ///
    /// # Errors
    /// Where a prelude cannot run.
    pub fn new(limits: Limits, extensions: &[(&str, &str)]) -> Result<Self, Failure> {
        Self::build(limits, extensions).map_err(|error| Failure::of(&error))
    }

    fn build(limits: Limits, extensions: &[(&str, &str)]) -> mlua::Result<Self> {
        let libraries = StdLib::TABLE | StdLib::STRING | StdLib::MATH | StdLib::OS | StdLib::BIT | StdLib::JIT;
        let lua = Lua::new_with(libraries, LuaOptions::default())?;
        // The compiler's code looks at no hook.
        lua.load("jit.off() jit.flush()").exec()?;
        let meter = Rc::new(Meter::new(limits));
        let house = lua.create_table()?;
        house.set("native", native::table(&lua, &meter)?)?;
        house.set("raw", lua.globals())?;
        let own = [("base", BASE), ("strings", STRINGS), ("tables", TABLES), ("ngx", NGX), ("modules", MODULES)];
        for (name, source) in own.iter().chain(extensions) {
            lua.load(*source).set_name(format!("={name}")).call::<()>(&house)?;
        }
        lua.set_memory_limit(limits.memory)?;
        let counting = Rc::clone(&meter);
        let every = HookTriggers::new().every_nth_instruction(LOOK_EVERY);
        lua.set_global_hook(every, move |_, _| {
            counting.tick(u64::from(LOOK_EVERY)).map_err(mlua::Error::external)?;
            Ok(VmState::Continue)
        })?;
        let bind = house.get("bind")?;
        Ok(Self { lua, meter, house, bind })
    }

    /// The state, to make values of.
    pub fn lua(&self) -> &Lua {
        &self.lua
    }

    /// What the preludes have put into their table under `name`; it may be called at once.
    ///
    /// # Errors
    /// Where there is no function of that name.
    pub fn function(&self, name: &str) -> Result<Function, Failure> {
        self.meter.refill();
        self.house.get(name).map_err(|error| Failure::of(&error))
    }

    /// Compiles a piece of code with globals of its own.
    ///
    /// # Errors
    /// Where it is no Lua.
    pub fn compile(&self, source: &str) -> Result<Function, Failure> {
        self.meter.refill();
        let compile = || {
            let function = compile::function(&self.lua, source)?;
            let environment: Table = self.house.get::<Function>("environment")?.call(())?;
            function.set_environment(environment)?;
            Ok(function)
        };
        compile().map_err(|error| Failure::of(&error))
    }

    /// Calls `function` with `host` as its surroundings; `context` is what the preludes are told of the call.
    ///
    /// # Errors
    /// However it ends but by returning. Code that has been ended by `end` of the prelude has returned nothing.
    pub fn run(
        &self,
        host: &mut dyn Host,
        context: impl IntoLuaMulti,
        function: &Function,
        arguments: impl IntoLuaMulti,
    ) -> Result<MultiValue, Failure> {
        self.meter.refill();
        let context = context.into_lua_multi(&self.lua).map_err(|error| Failure::of(&error))?;
        let outcome = self.lua.scope(|scope| {
            let call = scope.create_function_mut(|lua, mut arguments: MultiValue| {
                let operation = arguments.pop_front().unwrap_or(Value::Nil);
                let Value::String(operation) = operation else {
                    return Err(mlua::Error::runtime("an operation has no name"));
                };
                host.call(lua, &operation.to_str()?, arguments)
            })?;
            let mut bound = MultiValue::from_iter([Value::Function(call)]);
            bound.extend(context);
            self.bind.call::<()>(bound)?;
            Ok(function.call::<MultiValue>(arguments))
        });
        match outcome {
            Ok(Ok(values)) => Ok(values),
            Ok(Err(_)) if self.has_ended() => Ok(MultiValue::new()),
            Ok(Err(_)) if self.meter.is_empty() => Err(crate::meter::Exhausted.into()),
            Ok(Err(error)) | Err(error) => Err(self.failure(&error)),
        }
    }

    /// Bytes that the state holds.
    pub fn used_memory(&self) -> usize {
        self.lua.used_memory()
    }

    fn has_ended(&self) -> bool {
        self.house.get::<bool>("ended").unwrap_or(false)
    }

    /// What was garbage when memory ran out is not there for the next call.
    fn failure(&self, error: &mlua::Error) -> Failure {
        let failure = Failure::of(error);
        if failure == Failure::Memory {
            // Where even this fails, the next call fails as well.
            let _ = self.lua.gc_collect();
        }
        failure
    }
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").field("used_memory", &self.used_memory()).finish_non_exhaustive()
    }
}

/// The text of whatever was raised, for code that catches it.
pub(crate) fn text_of(error: &Value) -> Option<String> {
    match error {
        Value::Error(error) => Some(failure::message(error)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
