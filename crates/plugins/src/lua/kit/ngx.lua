-- What of `ngx` is about the request, and `kong` and `ngx` as the code sees them.
local house = ...
local raw, native = house.raw, house.native

local type, tostring, tonumber, error, select = raw.type, raw.tostring, raw.tonumber, raw.error, raw.select
local setmetatable, sub, lower, concat, call = raw.setmetatable, raw.string.sub, raw.string.lower, raw.table.concat, house.call
local gsub, ngx, kong, date = house.strings.gsub, house.ngx, house.kong, raw.os.date
local current = house.current

local methods = {
  [2] = "GET", [4] = "HEAD", [8] = "POST", [16] = "PUT", [32] = "DELETE", [64] = "MKCOL", [128] = "COPY",
  [256] = "MOVE", [512] = "OPTIONS", [1024] = "PROPFIND", [2048] = "PROPPATCH", [4096] = "LOCK", [8192] = "UNLOCK",
  [16384] = "PATCH", [32768] = "TRACE",
}

local req = {}

function req.get_headers()
  return house.fields(call("request.headers"))
end

function req.get_method()
  return call("request.method")
end

function req.set_method(method)
  if not methods[method] then
    error("unsupported HTTP method: " .. tostring(method), 2)
  end
  call("service.set_method", methods[method])
end

function req.get_uri_args(most)
  return ngx.decode_args(call("request.query") or "", most)
end

function req.set_uri_args(arguments)
  call("service.set_query", type(arguments) == "table" and house.encoded(arguments) or tostring(arguments))
end

function req.set_uri(path)
  call("service.set_path", path)
end

function req.set_header(name, value)
  if value == nil then
    return call("request.clear_header", name)
  end
  kong.service.request.set_header(name, value)
end

function req.clear_header(name)
  call("request.clear_header", name)
end

function req.read_body() end
req.discard_body = req.read_body

function req.get_body_data()
  local body = call("request.body")
  return body ~= "" and body or nil
end

function req.get_body_file()
  return nil
end

function req.get_post_args(most)
  return ngx.decode_args(call("request.body") or "", most)
end

function req.set_body_data(body)
  call("request.set_body", body)
end

function req.http_version()
  return call("request.version")
end

function req.start_time()
  return call("request.start_time")
end

function req.is_internal()
  return false
end

ngx.req = house.protect(req, "ngx.req")
ngx.resp = house.protect({
  get_headers = function()
    return house.fields(call("response.headers"))
  end,
}, "ngx.resp")

function ngx.get_phase()
  local _, phase = current()
  return phase
end

local function put(...)
  local printed = current().printed
  for index = 1, select("#", ...) do
    local value = (select(index, ...))
    if type(value) == "table" then
      put(raw.unpack(value))
    else
      printed[#printed + 1] = tostring(value)
    end
  end
end

function ngx.print(...)
  put(...)
  return 1
end

function ngx.say(...)
  put(...)
  put("\n")
  return 1
end

function ngx.flush()
  return 1
end
ngx.send_headers = ngx.flush

function ngx.eof()
  return 1
end

-- What has been printed is the answer, whether the code ends itself or just ends.
local function answer(status)
  local printed = current().printed
  call("exit", status, "raw", concat(printed), {})
  current().printed = {}
end

function house.printed()
  local context = current()
  if context.printed[1] then
    answer(context.status or 200)
    house.finish()
  end
end

local page = "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n"
local reasons = {
  [401] = "401 Authorization Required", [402] = "402 Payment Required", [403] = "403 Forbidden",
  [406] = "406 Not Acceptable", [409] = "409 Conflict", [410] = "410 Gone", [415] = "415 Unsupported Media Type",
  [416] = "416 Requested Range Not Satisfiable", [421] = "421 Misdirected Request", [429] = "429 Too Many Requests",
  [501] = "501 Not Implemented", [505] = "505 HTTP Version Not Supported", [507] = "507 Insufficient Storage",
}

function ngx.exit(status)
  status = tonumber(status) or 0
  local context, phase = current()
  -- What would be an answer that refuses, or none, ends the handshake.
  if phase == "certificate" and (status == ngx.ERROR or status >= 400) then
    call("tls.abort")
  end
  if phase ~= "access" and phase ~= "rewrite" or status < 200 then
    if context.printed[1] then
      answer(context.status or 200)
    end
    house.finish()
  end
  if context.printed[1] then
    answer(context.status or status)
  elseif reasons[status] then
    call("exit", status, "raw", raw.string.format(page, reasons[status], reasons[status]), { "Content-Type", "text/html; charset=UTF-8" })
  elseif status >= 400 then
    call("exit", status, "error", house.message(status), {})
  else
    call("exit", status, "raw", nil, {})
  end
  house.finish()
end

function ngx.redirect(location, status)
  status = status or 302
  local text = ({ [301] = "301 Moved Permanently", [302] = "302 Found", [303] = "303 See Other", [307] = "307 Temporary Redirect", [308] = "308 Permanent Redirect" })[status]
  if not text then
    error("only ngx.HTTP_MOVED_TEMPORARILY, ngx.HTTP_MOVED_PERMANENTLY, ngx.HTTP_PERMANENT_REDIRECT, ngx.HTTP_SEE_OTHER, and ngx.HTTP_TEMPORARY_REDIRECT are allowed", 2)
  end
  call("exit", status, "raw", raw.string.format(page, text, text), { "Location", location, "Content-Type", "text/html; charset=UTF-8" })
  house.finish()
end

local header = setmetatable({}, {
  __index = function(_, name)
    return house.fields(call("response.headers"))[name]
  end,
  __newindex = function(_, name, value)
    name = gsub(name, "_", "-")
    if value == nil then
      return call("response.clear_header", name)
    end
    house.response.set_header(name, value)
  end,
  __metatable = false,
})

local function field(name)
  return house.first(house.fields(call("request.headers"))[name])
end

local variables = {
  request_uri = function() return call("request.target") end,
  uri = function() return kong.request.get_path() end,
  args = function() return call("request.query") end,
  query_string = function() return call("request.query") end,
  is_args = function() return call("request.query") and "?" or "" end,
  host = function() return kong.request.get_host() end,
  http_host = function() return call("request.host") end,
  remote_addr = function() return call("client.forwarded_ip") end,
  realip_remote_addr = function() return call("client.ip") end,
  remote_port = function() return tostring(call("client.port")) end,
  scheme = function() return call("request.scheme") end,
  https = function() return call("request.scheme") == "https" and "on" or "" end,
  request_method = function() return call("request.method") end,
  request_id = function() return call("request.id") end,
  kong_request_id = function() return call("request.id") end,
  server_port = function() return tostring(call("connection.port")) end,
  server_protocol = function() return "HTTP/" .. (call("request.version") == 2 and "2.0" or tostring(call("request.version"))) end,
  content_type = function() return field("content-type") end,
  content_length = function() return field("content-length") end,
  ssl_server_name = function() return call("connection.sni") end,
  status = function() return tostring(call("response.status")) end,
  upstream_status = function() return tostring(call("upstream.status") or "") end,
  upstream_uri = function() return call("upstream.uri") end,
  upstream_host = function() return call("upstream.host") end,
  hostname = function() return call("node.hostname") end,
  msec = function() return raw.string.format("%.3f", native.now()) end,
  time_iso8601 = function() return date("!%Y-%m-%dT%H:%M:%S+00:00") end,
  time_local = function() return date("!%d/%b/%Y:%H:%M:%S +0000") end,
}

local prefixes = {
  { "arg_", function(name) local value = house.first(ngx.decode_args(call("request.query") or "")[name]) return value == true and "" or value end },
  { "http_", field },
  { "cookie_", function(name) return call("request.cookie", name) end },
  { "sent_http_", function(name) return house.first(house.fields(call("response.headers"))[name]) end },
  { "upstream_http_", function(name) return house.first(house.fields(call("upstream.headers"))[name]) end },
}

local settable = {
  args = function(value) call("service.set_query", tostring(value)) end,
  upstream_uri = function(value) call("service.set_path", tostring(value)) end,
  upstream_host = function(value) call("request.add_header", "Host", tostring(value)) end,
}

local var = setmetatable({}, {
  __index = function(_, name)
    name = lower(tostring(name))
    local known = variables[name]
    if known then
      return known()
    end
    for index = 1, #prefixes do
      local prefix, read = prefixes[index][1], prefixes[index][2]
      if sub(name, 1, #prefix) == prefix then
        return read(sub(name, #prefix + 1))
      end
    end
  end,
  __newindex = function(_, name, value)
    local set = settable[name]
    if not set then
      error('variable "' .. tostring(name) .. '" not found for writing; maybe it is a built-in variable that is not changeable or you forgot to use "set $' .. tostring(name) .. ' \'\';" in the config file to define it first', 2)
    end
    set(value)
  end,
  __metatable = false,
})

house.base.ngx = setmetatable({}, {
  __index = function(_, name)
    if name == "ctx" then
      return current().ngx
    elseif name == "var" then
      return var
    elseif name == "header" then
      return header
    elseif name == "arg" then
      return current().arg
    elseif name == "status" then
      return current().status or call("response.status")
    end
    return ngx[name]
  end,
  __newindex = function(_, name, value)
    if name == "ctx" then
      current().ngx = value
    elseif name == "status" then
      current().status = tonumber(value)
      call("response.set_status", tonumber(value))
    elseif name == "header" then
      error("attempt to set ngx.header", 2)
    else
      error("Cannot modify ngx." .. tostring(name) .. ". Protected by the sandbox.", 2)
    end
  end,
  __metatable = false,
})
house.base.kong = house.protect(kong, "kong")

-- Runs the functions of a phase, one after the other.
function house.all(...)
  local functions, count = { ... }, select("#", ...)
  return function()
    for index = 1, count do
      functions[index]()
    end
    house.printed()
  end
end

-- Runs the functions of the phase that has a body.
function house.filter(...)
  local functions, count = { ... }, select("#", ...)
  return function(body)
    local context = current()
    context.arg = { body, true }
    for index = 1, count do
      functions[index]()
    end
    local changed = context.arg[1]
    context.arg = nil
    return changed
  end
end

-- An expression of a template, over the tables that templates have.
function house.expression(f)
  return function()
    local captures, found = {}, call("request.captures")
    for name, text in raw.pairs(found.named) do
      captures[name] = text
    end
    for index, text in raw.ipairs(found.unnamed) do
      captures[index] = text
    end
    return f(house.fields(call("request.headers")), req.get_uri_args(), captures, current().shared)
  end
end
