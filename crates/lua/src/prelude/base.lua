-- The library as sandboxed code sees it, and how the code is ended.
--
-- `house` is what preludes share: `native` has the functions of the host language, `raw` Lua's own globals, `base` what
-- every environment is laid over.
local house = ...
local native, raw = house.native, house.raw

local error, select, type, tostring, pcall = raw.error, raw.select, raw.type, raw.tostring, raw.pcall
local setmetatable, getmetatable, next, pairs = raw.setmetatable, raw.getmetatable, raw.next, raw.pairs
local resume, create = raw.coroutine.resume, raw.coroutine.create
local is_exhausted, text_of, charge = native.is_exhausted, native.text_of, native.charge

local ENDED = "the code has been ended"

house.ended = false

-- Ends the code from within. Nothing that the code does can hold that up.
function house.finish()
  house.ended = true
  error(ENDED, 0)
end

local call

-- Makes `operation` of the host reachable for one call of the code.
function house.bind(operation, ...)
  house.ended = false
  call = operation
  if house.bound then
    house.bound(...)
  end
end

function house.call(...)
  return call(...)
end

-- What a protected call has given, unless everything is over: that can be caught by nobody.
local function settled(ok, ...)
  if house.ended or is_exhausted() then
    error(ENDED, 0)
  end
  if not ok then
    local raised = ...
    return false, text_of(raised) or raised
  end
  return ok, ...
end

local denied = {}

-- A view of `library` that cannot be changed.
local function protect(library, name)
  return setmetatable({}, {
    __index = library,
    __newindex = function(_, key)
      error("Cannot modify " .. name .. "." .. tostring(key) .. ". Protected by the sandbox.", 2)
    end,
    __metatable = denied,
  })
end
house.protect = protect

-- Pays for work that grows with `size`, where it is not small.
function house.pay(size)
  if size > 256 then
    charge(size / 16)
  end
end

raw.math.randomseed(native.seed)

local function copy(from, names)
  local to = {}
  for name in raw.string.gmatch(names, "%S+") do
    to[name] = from[name]
  end
  return to
end

local base = copy(raw, "_VERSION assert error ipairs next pairs select tonumber tostring type unpack")
house.base = base

function base.pcall(f, ...)
  return settled(pcall(f, ...))
end

local function handled(handler, ok, ...)
  if ok then
    return true, ...
  end
  local _, answer = base.pcall(handler, (...))
  return false, answer
end

-- A handler of Lua's own would run before the stack is unwound, where nothing counts what it does.
function base.xpcall(f, handler, ...)
  return handled(handler, base.pcall(f, ...))
end

local coroutines = copy(raw.coroutine, "create running status yield")

function coroutines.resume(...)
  return settled(resume(...))
end

function coroutines.wrap(f)
  local thread = create(f)
  local function given(ok, ...)
    if not ok then
      error((...), 0)
    end
    return ...
  end
  return function(...)
    return given(settled(resume(thread, ...)))
  end
end

base.coroutine = protect(coroutines, "coroutine")
base.bit = protect(raw.bit, "bit")
base.math = protect(copy(raw.math, [[
  abs acos asin atan atan2 ceil cos cosh deg exp floor fmod frexp huge ldexp log log10 max min modf pi pow rad random
  sin sinh sqrt tan tanh]]), "math")

local dates = copy(raw.os, "clock difftime time")
local date = raw.os.date
function dates.date(format, time)
  if format ~= nil and #tostring(format) > 256 then
    error("bad argument #1 to 'date' (too long)", 2)
  end
  return date(format or "%c", time)
end
base.os = protect(dates, "os")
base.io = protect({
  type = function()
    return nil
  end,
}, "io")
base.jit = protect(copy(raw.jit, "os arch version version_num"), "jit")

-- Globals of one piece of code.
function house.environment()
  local environment = setmetatable({}, { __index = base, __metatable = denied })
  environment._G = environment
  return environment
end

-- A piece of code for one phase. What it returns when it runs for the first time, if that is a function, takes its
-- place; what it keeps in upvalues is kept from then on.
function house.lasting(chunk)
  local current, is_first = chunk, true
  return function(...)
    if not is_first then
      return current(...)
    end
    is_first = false
    local made = current(...)
    if type(made) == "function" then
      current = made
      return made(...)
    end
    return made
  end
end
