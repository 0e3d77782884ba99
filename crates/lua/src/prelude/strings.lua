-- Texts: patterns are searched with a bound, and what is large is paid for.
local house = ...
local native, raw = house.native, house.raw

local own = raw.string
local type, tostring, error, select, concat = raw.type, raw.tostring, raw.error, raw.select, raw.table.concat
local tonumber = raw.tonumber
local sub, len, byte, rep, format, lower, upper, reverse = own.sub, own.len, own.byte, own.rep, own.format, own.lower, own.upper, own.reverse
local seek, charge, pay = native.seek, native.charge, house.pay

local strings = { byte = byte, char = own.char, len = len, find = native.find, match = native.match }

local function argument(name, number, value)
  local kind = type(value)
  if kind == "number" then
    return tostring(value)
  elseif kind ~= "string" then
    error("bad argument #" .. number .. " to '" .. name .. "' (string expected, got " .. (value == nil and "no value" or kind) .. ")", 3)
  end
  return value
end

function strings.gmatch(text, pattern)
  text, pattern = argument("gmatch", 1, text), argument("gmatch", 2, pattern)
  local from, length = 1, len(text)
  local function found(first, last, ...)
    if not first then
      from = nil
      return nil
    end
    from = last < first and last + 2 or last + 1
    return ...
  end
  return function()
    if not from or from > length + 1 then
      return nil
    end
    return found(seek(text, pattern, from))
  end
end

-- `%1` and the like in a replacement.
local function filled(replacement, whole, ...)
  local parts, count, from, length = {}, 0, 1, len(replacement)
  while true do
    local at = native.find(replacement, "%", from, true)
    count = count + 1
    parts[count] = sub(replacement, from, at and at - 1 or length)
    if not at then
      return concat(parts)
    end
    local kind = sub(replacement, at + 1, at + 1)
    local index = tonumber(kind)
    if index == 0 then
      kind = whole
    elseif index then
      if index > select("#", ...) then
        error("invalid capture index", 0)
      end
      kind = (select(index, ...))
    end
    count = count + 1
    parts[count] = kind
    from = at + 2
  end
end

local function replaced(replacement, kind, whole, ...)
  local value
  if kind == "string" then
    return filled(replacement, whole, ...)
  elseif kind == "table" then
    value = replacement[(...)]
  else
    value = replacement(...)
  end
  if not value then
    return whole
  elseif type(value) ~= "string" and type(value) ~= "number" then
    error("invalid replacement value (a " .. type(value) .. ")", 0)
  end
  return tostring(value)
end

function strings.gsub(text, pattern, replacement, most)
  text, pattern = argument("gsub", 1, text), argument("gsub", 2, pattern)
  local kind = type(replacement)
  if kind == "number" then
    replacement, kind = tostring(replacement), "string"
  elseif kind ~= "string" and kind ~= "table" and kind ~= "function" then
    error("bad argument #3 to 'gsub' (string/function/table expected, got " .. (replacement == nil and "no value" or kind) .. ")", 2)
  end
  -- A replacement without `%` is what it is.
  local is_plain = kind == "string" and not native.find(replacement, "%", 1, true)
  local anchored = sub(pattern, 1, 1) == "^"
  local parts, pieces, count, from, length = {}, 0, 0, 1, len(text)

  local function step(first, last, ...)
    if not first then
      return false
    end
    count = count + 1
    parts[pieces + 1] = sub(text, from, first - 1)
    parts[pieces + 2] = is_plain and replacement or replaced(replacement, kind, sub(text, first, last), ...)
    pieces = pieces + 2
    if last >= first then
      from = last + 1
    else
      if first <= length then
        pieces = pieces + 1
        parts[pieces] = sub(text, first, first)
      end
      from = first + 1
    end
    return not anchored
  end

  while from <= length + 1 and (not most or count < most) do
    if not step(seek(text, pattern, from, anchored)) then
      break
    end
  end
  parts[pieces + 1] = sub(text, from)
  return concat(parts), count
end

function strings.rep(text, count, separator)
  local size = (len(text) + (separator and len(separator) or 0)) * (tonumber(count) or 0)
  if size > 256 then
    charge(size / 16)
  end
  return rep(text, count, separator)
end

function strings.format(...)
  local made = format(...)
  pay(len(made))
  return made
end

local function paying(f)
  return function(text, ...)
    if type(text) == "string" then
      pay(len(text))
    end
    return f(text, ...)
  end
end

strings.sub, strings.lower, strings.upper, strings.reverse = paying(sub), paying(lower), paying(upper), paying(reverse)

-- Methods of texts are these as well.
local texts = raw.getmetatable("")
local view = house.protect(strings, "string")
texts.__index, texts.__metatable = strings, false
house.strings = strings
house.base.string = view
