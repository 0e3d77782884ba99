-- What of `ngx` is about no request: encodings, digests, times, regular expressions, constants.
local house = ...
local native, raw = house.native, house.raw

local type, tostring, pairs, ipairs, error = raw.type, raw.tostring, raw.pairs, raw.ipairs, raw.error
local floor, concat, sub, find, date = raw.math.floor, raw.table.concat, raw.string.sub, native.find, raw.os.date
local strings = house.strings

local ngx = { null = native.null }
house.ngx = ngx

local levels = { "EMERG", "ALERT", "CRIT", "ERR", "WARN", "NOTICE", "INFO", "DEBUG" }
ngx.STDERR = 0
for level, name in ipairs(levels) do
  ngx[name] = level
end

ngx.OK, ngx.ERROR, ngx.AGAIN, ngx.DONE, ngx.DECLINED = 0, -1, -2, -4, -5

local statuses = [[
  CONTINUE=100 SWITCHING_PROTOCOLS=101 OK=200 CREATED=201 ACCEPTED=202 NO_CONTENT=204 PARTIAL_CONTENT=206
  SPECIAL_RESPONSE=300 MOVED_PERMANENTLY=301 MOVED_TEMPORARILY=302 SEE_OTHER=303 NOT_MODIFIED=304 TEMPORARY_REDIRECT=307
  PERMANENT_REDIRECT=308 BAD_REQUEST=400 UNAUTHORIZED=401 PAYMENT_REQUIRED=402 FORBIDDEN=403 NOT_FOUND=404
  NOT_ALLOWED=405 NOT_ACCEPTABLE=406 REQUEST_TIMEOUT=408 CONFLICT=409 GONE=410 UPGRADE_REQUIRED=426
  TOO_MANY_REQUESTS=429 CLOSE=444 ILLEGAL=451 INTERNAL_SERVER_ERROR=500 METHOD_NOT_IMPLEMENTED=501 BAD_GATEWAY=502
  SERVICE_UNAVAILABLE=503 GATEWAY_TIMEOUT=504 VERSION_NOT_SUPPORTED=505 INSUFFICIENT_STORAGE=507
  GET=2 HEAD=4 POST=8 PUT=16 DELETE=32 MKCOL=64 COPY=128 MOVE=256 OPTIONS=512 PROPFIND=1024 PROPPATCH=2048 LOCK=4096
  UNLOCK=8192 PATCH=16384 TRACE=32768]]
for name, number in raw.string.gmatch(statuses, "([%u_]+)=(%d+)") do
  ngx["HTTP_" .. name] = raw.tonumber(number)
end

function ngx.encode_base64(text, no_padding)
  return no_padding and native.base64_bare(text) or native.base64(text)
end

function ngx.decode_base64(text)
  if type(text) ~= "string" then
    error("string argument only", 2)
  end
  return native.base64_decode(text)
end

function ngx.escape_uri(text, kind)
  return kind == 0 and native.escape_whole(tostring(text)) or native.escape(tostring(text))
end

function ngx.unescape_uri(text)
  return native.unescape(tostring(text))
end

local function pair(name, value)
  if value == true then
    return native.escape(name)
  end
  return native.escape(name) .. "=" .. native.escape(tostring(value))
end

function ngx.encode_args(arguments)
  local parts = {}
  for name, value in pairs(arguments) do
    name = tostring(name)
    if type(value) == "table" then
      for _, one in ipairs(value) do
        parts[#parts + 1] = pair(name, one)
      end
    elseif value ~= false then
      parts[#parts + 1] = pair(name, value)
    end
  end
  return concat(parts, "&")
end

function ngx.decode_args(text, most)
  local arguments, count = {}, 0
  most = most or 100
  for piece in strings.gmatch(text, "[^&]+") do
    if most > 0 and count >= most then
      return arguments, "truncated"
    end
    local at = find(piece, "=", 1, true)
    local name = native.unescape(at and sub(piece, 1, at - 1) or piece)
    local value = not at or native.unescape(sub(piece, at + 1))
    if name ~= "" then
      count = count + 1
      local known = arguments[name]
      if known == nil then
        arguments[name] = value
      elseif type(known) == "table" then
        known[#known + 1] = value
      else
        arguments[name] = { known, value }
      end
    end
  end
  return arguments
end

function ngx.md5(text)
  return native.hex(native.md5(text))
end

ngx.md5_bin, ngx.sha1_bin, ngx.hmac_sha1 = native.md5, native.sha1, native.hmac_sha1
ngx.crc32_short, ngx.crc32_long = native.crc32, native.crc32

function ngx.quote_sql_str(text)
  local escapes = {
    ["\0"] = "\\0", ["\b"] = "\\b", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\26"] = "\\Z", ["\\"] = "\\\\",
    ["'"] = "\\'", ['"'] = '\\"',
  }
  return "'" .. strings.gsub(text, "[%z\b\n\r\t\26\\'\"]", escapes) .. "'"
end

ngx.now = native.now

function ngx.time()
  return floor(native.now())
end

function ngx.update_time() end

function ngx.today()
  return date("!%Y-%m-%d")
end

function ngx.utctime()
  return date("!%Y-%m-%d %H:%M:%S")
end
ngx.localtime = ngx.utctime

ngx.http_time, ngx.parse_http_time = native.http_time, native.parse_http_time

function ngx.cookie_time(seconds)
  return date("!%a, %d-%b-%y %H:%M:%S GMT", seconds)
end

function ngx.sleep()
  error("API disabled in this context", 2)
end

local re = {}
ngx.re = house.protect(re, "ngx.re")

function re.match(text, pattern, options, place, into)
  local first, last, groups = native.regex(tostring(text), pattern, options, place and place.pos)
  if not first then
    return nil, last
  end
  if place then
    place.pos = last + 1
  end
  groups.n = nil
  if into then
    for key, value in pairs(groups) do
      into[key] = value
    end
    return into
  end
  return groups
end

function re.find(text, pattern, options, place, group)
  local first, last, _, places = native.regex(tostring(text), pattern, options, place and place.pos)
  if not first then
    return nil, nil, last
  end
  if place then
    place.pos = last + 1
  end
  local found = places[group or 0]
  if not found then
    return nil, nil
  end
  return found[1], found[2]
end

function re.gmatch(text, pattern, options)
  text = tostring(text)
  local from = 1
  return function()
    if not from then
      return nil
    end
    local first, last, groups = native.regex(text, pattern, options, from)
    if not first then
      from = nil
      return nil, last
    end
    from = last < first and last + 2 or last + 1
    groups.n = nil
    return groups
  end
end

-- `$1`, `${1}`, `$0` and `$$` in a replacement.
local function filled(replacement, groups)
  return (strings.gsub(replacement, "%$({?)([%d$]+)}?", function(brace, which)
    if sub(which, 1, 1) == "$" then
      return "$" .. sub(which, 2)
    end
    local rest = ""
    if brace == "" and #which > 1 and raw.tonumber(which) > groups.n then
      which, rest = sub(which, 1, 1), sub(which, 2)
    end
    return (groups[raw.tonumber(which)] or "") .. rest
  end))
end

local function substitute(text, pattern, replacement, options, most)
  text = tostring(text)
  local parts, count, from = {}, 0, 1
  local is_function = type(replacement) == "function"
  local position = 1
  while count < most do
    local first, last, groups = native.regex(text, pattern, options, position)
    if not first then
      if last then
        return nil, nil, last
      end
      break
    end
    count = count + 1
    parts[#parts + 1] = sub(text, from, first - 1)
    if is_function then
      groups.n = nil
      parts[#parts + 1] = tostring(replacement(groups))
    else
      parts[#parts + 1] = filled(tostring(replacement), groups)
    end
    from = last + 1
    position = last < first and last + 2 or last + 1
  end
  parts[#parts + 1] = sub(text, from)
  return concat(parts), count
end

function re.sub(text, pattern, replacement, options)
  return substitute(text, pattern, replacement, options, 1)
end

function re.gsub(text, pattern, replacement, options)
  return substitute(text, pattern, replacement, options, raw.math.huge)
end

ngx.config = { debug = false, subsystem = "http", nginx_version = 1027001, ngx_lua_version = 10027 }
ngx.worker = {
  exiting = function()
    return false
  end,
}

house.base.ngx = house.protect(ngx, "ngx")
