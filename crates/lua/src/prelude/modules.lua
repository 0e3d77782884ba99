-- The modules that code may require, and nothing else.
local house = ...
local native, raw = house.native, house.raw

local error, type, tostring, setmetatable = raw.error, raw.type, raw.tostring, raw.setmetatable
local protect, tables = house.protect, house.tables

local safe = { null = native.null, empty_array = native.empty_array, _NAME = "cjson", _VERSION = "2.1.0.14" }

function safe.encode(value)
  return native.json_encode(value)
end

function safe.decode(text)
  if type(text) ~= "string" and type(text) ~= "number" then
    return nil, "bad argument #1 to 'decode' (string expected, got " .. type(text) .. ")"
  end
  return native.json_decode(text)
end

local strict = { null = safe.null, empty_array = safe.empty_array, _NAME = safe._NAME, _VERSION = safe._VERSION }

function strict.encode(value)
  local text, message = native.json_encode(value)
  if not text then
    error(message, 2)
  end
  return text
end

function strict.decode(text)
  local value, message = safe.decode(text)
  if message then
    error(message, 2)
  end
  return value
end

function safe.new()
  return safe
end

function strict.new()
  return strict
end

-- A digest that is fed piece by piece.
local function digest(name)
  local methods = {}
  local class = { __index = methods }
  function methods:update(text)
    self.text = self.text .. tostring(text)
    return true
  end
  function methods:final()
    return native[name](self.text)
  end
  function methods:reset()
    self.text = ""
    return true
  end
  return {
    new = function()
      return setmetatable({ text = "" }, class)
    end,
  }
end

local modules = {
  ["cjson"] = protect(strict, "cjson"),
  ["cjson.safe"] = protect(safe, "cjson.safe"),
  ["bit"] = house.base.bit,
  ["resty.md5"] = protect(digest("md5"), "resty.md5"),
  ["resty.sha1"] = protect(digest("sha1"), "resty.sha1"),
  ["resty.sha256"] = protect(digest("sha256"), "resty.sha256"),
  ["resty.sha512"] = protect(digest("sha512"), "resty.sha512"),
  ["resty.string"] = protect({ to_hex = native.hex }, "resty.string"),
  ["ngx.base64"] = protect({
    encode_base64url = native.base64url,
    decode_base64url = native.base64url_decode,
  }, "ngx.base64"),
}

for _, name in raw.ipairs({ "new", "clear", "clone", "nkeys", "isempty", "isarray" }) do
  modules["table." .. name] = tables[name]
end

house.cjson = safe

function house.base.require(name)
  local module = modules[name]
  if module == nil then
    error("require '" .. tostring(name) .. "' not allowed within sandbox", 2)
  end
  return module
end
