-- `kong.service`: what goes to the upstream, and what has come from there.
local house = ...
local raw = house.raw

local type, tostring, error, pairs, ipairs = raw.type, raw.tostring, raw.error, raw.pairs, raw.ipairs
local lower, sub, upper, concat, call, ngx = raw.string.lower, raw.string.sub, raw.string.upper, raw.table.concat, house.call, house.ngx

local function text(name, value)
  if type(value) ~= "string" then
    error(name .. " must be a string", 3)
  end
  return value
end

local request = house.editor("request", "header")

function request.set_scheme(scheme)
  text("scheme", scheme)
  if scheme ~= "http" and scheme ~= "https" and scheme ~= "grpc" and scheme ~= "grpcs" then
    error("invalid scheme: " .. scheme, 2)
  end
  call("service.set_scheme", scheme)
end

function request.set_path(path)
  if sub(text("path", path), 1, 1) ~= "/" then
    error("path must start with /", 2)
  end
  call("service.set_path", path)
end

function request.set_raw_query(query)
  call("service.set_query", text("query", query))
end

-- Arguments in the order of their names.
function house.encoded(arguments)
  local names = {}
  for name in pairs(arguments) do
    names[#names + 1] = name
  end
  house.tables.sort(names, function(one, other)
    return tostring(one) < tostring(other)
  end)
  local parts = {}
  for _, name in ipairs(names) do
    local part = ngx.encode_args({ [name] = arguments[name] })
    if part ~= "" then
      parts[#parts + 1] = part
    end
  end
  return concat(parts, "&")
end

function request.set_query(arguments)
  if type(arguments) ~= "table" then
    error("args must be a table", 2)
  end
  call("service.set_query", house.encoded(arguments))
end

function request.clear_query_arg(name)
  local arguments = ngx.decode_args(call("request.query") or "", 1000)
  arguments[text("query argument name", name)] = nil
  call("service.set_query", house.encoded(arguments))
end

function request.set_method(method)
  if method ~= upper(text("method", method)) then
    error("invalid method: " .. method, 2)
  end
  call("service.set_method", method)
end

function request.set_raw_body(body)
  call("request.set_body", text("body", body))
end

function request.set_body(arguments, kind)
  if type(arguments) ~= "table" then
    error("args must be a table", 2)
  end
  kind = kind or call("request.header", "Content-Type")
  local known = lower(kind or "")
  if house.native.find(known, "application/json", 1, true) then
    call("request.set_body", house.native.json_encode(arguments))
  elseif house.native.find(known, "application/x-www-form-urlencoded", 1, true) then
    call("request.set_body", house.encoded(arguments))
  else
    error("unsupported content type " .. tostring(kind), 2)
  end
  request.set_header("Content-Type", kind)
  return true
end

function request.enable_buffering() end

local response = {}

function response.get_status()
  return call("upstream.status")
end

function response.get_header(name)
  return house.first(house.fields(call("upstream.headers"))[text("header name", name)])
end

function response.get_headers()
  return house.fields(call("upstream.headers"))
end

function response.get_raw_body()
  return call("response.body")
end

function response.get_body()
  return house.cjson.decode(call("response.body"))
end

local service = { request = house.protect(request, "kong.service.request"), response = house.protect(response, "kong.service.response") }

function service.set_target(host, port)
  text("host", host)
  if type(port) ~= "number" or port % 1 ~= 0 then
    error("port must be an integer", 2)
  elseif port < 0 or port > 65535 then
    error("port must be an integer between 0 and 65535: given " .. port, 2)
  end
  call("service.set_target", host, port)
end

function service.set_upstream(name)
  call("service.set_upstream", text("host", name))
  return true
end

local function whole(name, value, least, most, shown)
  if type(value) ~= "number" or value % 1 ~= 0 then
    error(name .. " must be an integer", 3)
  elseif value < least or value > most then
    error((shown or name) .. " must be an integer between " .. least .. " and " .. most .. ": given " .. value, 3)
  end
  return value
end

function service.set_timeouts(connect, write, read)
  house.only("access")
  whole("connect_timeout", connect, 1, 2147483646)
  whole("write_timeout", write, 1, 2147483646)
  whole("read_timeout", read, 1, 2147483646)
  call("service.set_timeouts", connect, write, read)
end

-- Kong calls a number that is too large or too small a port.
function service.set_retries(retries)
  house.only("access")
  call("service.set_retries", whole("retries", retries, 0, 32767, "port"))
end

function service.set_tls_verify(on)
  house.only("rewrite", "access", "balancer", "preread")
  if type(on) ~= "boolean" then
    error("argument must be a boolean", 2)
  end
  call("service.set_tls_verify", on)
  return true
end

function service.set_tls_verify_depth(depth)
  house.only("rewrite", "access", "balancer", "preread")
  if type(depth) ~= "number" then
    error("argument must be a number", 2)
  elseif not (depth >= 0) then
    error("depth expects a non-negative integer but found " .. tostring(depth), 2)
  end
  call("service.set_tls_verify_depth", depth)
  return true
end

house.kong.service = house.protect(service, "kong.service")
