-- `kong.log` and `ngx.log`.
local house = ...
local raw = house.raw

local type, tostring, select, error, pairs = raw.type, raw.tostring, raw.select, raw.error, raw.pairs
local rep, format, concat, call, setmetatable = raw.string.rep, raw.string.format, raw.table.concat, house.call, raw.setmetatable

local function joined(...)
  local parts = {}
  for index = 1, select("#", ...) do
    parts[index] = tostring((select(index, ...)))
  end
  return concat(parts)
end

local names = { [0] = "emerg", "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" }

function house.ngx.log(level, ...)
  call("log", names[level] or "notice", joined(...))
end

local log = {}
for _, level in raw.ipairs({ "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" }) do
  log[level] = function(...)
    call("log", level, joined(...))
  end
end

local function shown(value, depth, seen)
  local kind = type(value)
  if kind == "string" then
    return format("%q", value)
  elseif kind ~= "table" then
    return tostring(value)
  elseif seen[value] or depth > 8 then
    return "{ ... }"
  end
  seen[value] = true
  local parts = {}
  for key, member in pairs(value) do
    local name = type(key) == "string" and key or "[" .. tostring(key) .. "]"
    parts[#parts + 1] = rep("  ", depth + 1) .. name .. " = " .. shown(member, depth + 1, seen)
  end
  seen[value] = nil
  if #parts == 0 then
    return "{}"
  end
  return "{\n" .. concat(parts, ",\n") .. "\n" .. rep("  ", depth) .. "}"
end

log.inspect = setmetatable({ on = function() end, off = function() end }, {
  __call = function(_, ...)
    local parts = {}
    for index = 1, select("#", ...) do
      parts[index] = shown((select(index, ...)), 0, {})
    end
    call("log", "debug", concat(parts, " "))
  end,
  __metatable = false,
})

local modes = { set = true, add = true, replace = true }

function log.set_serialize_value(key, value, options)
  if type(key) ~= "string" then
    error("key must be a string", 2)
  end
  local mode = options and options.mode or "set"
  if not modes[mode] then
    error("mode must be 'set', 'add' or 'replace'", 2)
  end
  call("log.set", key, value, mode)
end

function log.serialize()
  return call("log.serialize")
end

house.kong.log = setmetatable({}, {
  __index = log,
  __call = function(_, ...)
    call("log", "notice", joined(...))
  end,
  __newindex = function(_, key)
    error("Cannot modify kong.log." .. tostring(key) .. ". Protected by the sandbox.", 2)
  end,
  __metatable = false,
})

function house.base.print(...)
  call("log", "notice", joined(...))
end
