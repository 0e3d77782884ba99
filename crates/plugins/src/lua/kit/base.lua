-- Kong's development kit, upon what the host does: what all of it shares.
local house = ...
local raw, native = house.raw, house.native

local setmetatable, rawget, type, tostring, error = raw.setmetatable, raw.rawget, raw.type, raw.tostring, raw.error
local pairs, ipairs, sub, lower, find = raw.pairs, raw.ipairs, raw.string.sub, raw.string.lower, native.find
local gsub, call = house.strings.gsub, house.call

local kong = { version = "3.10.0", version_num = 3010000 }
house.kong = kong

-- What belongs to one exchange, and the instance and the phase that run.
local context, instance, phase

function house.bound(given, key, name)
  context, instance, phase = given, key, name
end

function house.context()
  return { shared = {}, plugins = {}, ngx = {}, printed = {} }
end

function house.current()
  return context, phase
end

-- The code may go on in these phases only; their names come in the order in which phases do.
function house.only(...)
  for index = 1, raw.select("#", ...) do
    if (raw.select(index, ...)) == phase then
      return
    end
  end
  error("function cannot be called in " .. phase .. " phase (only in: " .. raw.table.concat({ ... }, ", ") .. ")", 3)
end

local function own()
  local kept = context.plugins[instance]
  if not kept then
    kept = {}
    context.plugins[instance] = kept
  end
  return kept
end

kong.ctx = setmetatable({}, {
  __index = function(_, name)
    if name == "shared" then
      return context.shared
    elseif name == "plugin" then
      return own()
    end
  end,
  __newindex = function()
    error("cannot modify kong.ctx", 2)
  end,
  __metatable = false,
})

-- Names of fields in every case, with `_` for `-`.
local fields = {
  __index = function(headers, name)
    if type(name) == "string" then
      return rawget(headers, gsub(lower(name), "_", "-"))
    end
  end,
}

-- A table of a list of names and values; a name that comes again has a list.
function house.fields(list)
  local headers = {}
  for index = 1, #list, 2 do
    local name, value = lower(list[index]), list[index + 1]
    local known = headers[name]
    if known == nil then
      headers[name] = value
    elseif type(known) == "table" then
      known[#known + 1] = value
    else
      headers[name] = { known, value }
    end
  end
  return setmetatable(headers, fields)
end

function house.first(value)
  if type(value) == "table" then
    return value[1]
  end
  return value
end

-- The name and the values of a field, as lists of texts.
function house.field(name, value)
  if type(name) ~= "string" then
    error("invalid header name \"" .. tostring(name) .. "\": got " .. type(name) .. ", expected string", 3)
  end
  local values = type(value) == "table" and value or { value }
  local texts = {}
  for index, one in ipairs(values) do
    local kind = type(one)
    if kind ~= "string" and kind ~= "number" and kind ~= "boolean" then
      error("invalid header value for \"" .. name .. "\": got " .. kind
        .. ", expected array of string, string, number or boolean", 3)
    end
    texts[index] = tostring(one)
  end
  return name, texts
end

-- What sets, adds and clears the fields of a side, `request` or `response`; `kind` is what a name is called that is
-- none.
function house.editor(side, kind)
  local editor, clear, add = {}, side .. ".clear_header", side .. ".add_header"

  function editor.set_header(name, value)
    local field, values = house.field(name, value)
    call(clear, field)
    for _, one in ipairs(values) do
      call(add, field, one)
    end
  end

  function editor.add_header(name, value)
    local field, values = house.field(name, value)
    for _, one in ipairs(values) do
      call(add, field, one)
    end
  end

  function editor.clear_header(name)
    if type(name) ~= "string" then
      error(kind .. " must be a string", 2)
    end
    call(clear, name)
  end

  function editor.set_headers(headers)
    if type(headers) ~= "table" then
      error("headers must be a table", 2)
    end
    for name, value in pairs(headers) do
      editor.set_header(name, value)
    end
  end

  return editor
end

-- Host and port of `host:port`.
function house.authority(text)
  local at = find(text, ":%d+$")
  if at then
    return sub(text, 1, at - 1), raw.tonumber(sub(text, at + 1))
  end
  return text
end

kong.table = house.protect({
  new = house.tables.new,
  clear = house.tables.clear,
  merge = function(one, other)
    local merged = {}
    for _, from in ipairs({ one or {}, other or {} }) do
      for key, value in pairs(from) do
        merged[key] = value
      end
    end
    return merged
  end,
}, "kong.table")

kong.node = house.protect({
  get_id = function()
    return call("node.id")
  end,
  get_hostname = function()
    return call("node.hostname")
  end,
}, "kong.node")

kong.router = house.protect({
  get_route = function()
    return call("router.route")
  end,
  get_service = function()
    return call("router.service")
  end,
}, "kong.router")

kong.ip = house.protect({
  is_trusted = function(address)
    return address == call("client.ip") and call("client.is_trusted")
  end,
}, "kong.ip")

kong.configuration = house.protect({ role = "traditional" }, "kong.configuration")
