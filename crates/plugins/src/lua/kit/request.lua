-- `kong.request` and `kong.client`.
local house = ...
local raw, native = house.raw, house.native

local type, tostring, error, tonumber = raw.type, raw.tostring, raw.error, raw.tonumber
local lower, find, call, ngx = raw.string.lower, native.find, house.call, house.ngx

local request = {}

function request.get_scheme()
  return call("request.scheme")
end

function request.get_host()
  return lower((house.authority(call("request.host"))))
end

function request.get_port()
  return call("request.port")
end

local function forwarded(name)
  return call("client.is_trusted") and call("request.header", name) or nil
end

function request.get_forwarded_scheme()
  return lower(forwarded("X-Forwarded-Proto") or request.get_scheme())
end

function request.get_forwarded_host()
  local told = forwarded("X-Forwarded-Host")
  return told and lower((house.authority(told))) or request.get_host()
end

function request.get_forwarded_port()
  local told = forwarded("X-Forwarded-Port")
  if told then
    return tonumber(told)
  end
  local _, port = house.authority(forwarded("X-Forwarded-Host") or "")
  return port or request.get_port()
end

function request.get_forwarded_path()
  return forwarded("X-Forwarded-Path") or request.get_path()
end

function request.get_forwarded_prefix()
  return forwarded("X-Forwarded-Prefix")
end

function request.get_http_version()
  return call("request.version")
end

function request.get_method()
  return call("request.method")
end

function request.get_path()
  return native.unescape(house.strings.gsub(call("request.path"), "%+", "%%2B"))
end

function request.get_raw_path()
  return call("request.path")
end

function request.get_path_with_query()
  local query = request.get_raw_query()
  return query == "" and call("request.path") or call("request.path") .. "?" .. query
end

function request.get_raw_query()
  return call("request.query") or ""
end

function request.get_query(most)
  return (ngx.decode_args(request.get_raw_query(), most or 100))
end

function request.get_query_arg(name)
  if type(name) ~= "string" then
    error("query argument name must be a string", 2)
  end
  return house.first(request.get_query()[name])
end

function request.get_header(name)
  if type(name) ~= "string" then
    error("header name must be a string", 2)
  end
  return call("request.header", name)
end

function request.get_headers()
  return house.fields(call("request.headers"))
end

function request.get_raw_body()
  return call("request.body")
end

local function read(kind, body, most)
  if find(kind, "application/json", 1, true) then
    local value, message = house.cjson.decode(body)
    if type(value) ~= "table" then
      return nil, message and "invalid json body" or "invalid json body", "application/json"
    end
    return value, nil, "application/json"
  elseif find(kind, "application/x-www-form-urlencoded", 1, true) then
    return ngx.decode_args(body, most or 100), nil, "application/x-www-form-urlencoded"
  end
  return nil, "unsupported content type '" .. kind .. "'", kind
end

function request.get_body(kind, most)
  kind = kind or call("request.header", "Content-Type")
  if not kind then
    return nil, "missing content type"
  end
  local body, message = call("request.body")
  if not body then
    return nil, message
  end
  return read(lower(kind), body, most)
end

function request.get_start_time()
  return call("request.start_time")
end

function request.get_uri_captures()
  return call("request.captures")
end

function request.get_id()
  return call("request.id")
end

house.kong.request = house.protect(request, "kong.request")

local client = {}

function client.get_ip()
  return call("client.ip")
end

function client.get_forwarded_ip()
  return call("client.forwarded_ip")
end

function client.get_port()
  return call("client.port")
end
client.get_forwarded_port = client.get_port

function client.get_protocol()
  return call("request.scheme")
end

function client.get_consumer()
  return call("client.consumer")
end

function client.get_credential()
  return call("client.credential")
end

function client.load_consumer(name, by_username)
  if type(name) ~= "string" then
    error("consumer_id must be a string", 2)
  end
  return call("client.load_consumer", name, by_username)
end

function client.authenticate(consumer, credential)
  if consumer ~= nil and type(consumer) ~= "table" then
    error("consumer must be a table or nil", 2)
  elseif credential ~= nil and type(credential) ~= "table" then
    error("credential must be a table or nil", 2)
  elseif consumer == nil and credential == nil then
    error("either credential or consumer must be provided", 2)
  end
  local identifier = credential and (credential.key or credential.username or credential.id)
  call("client.authenticate", consumer and consumer.id, credential and tostring(credential.id), identifier)
end

local tls = {}

function tls.request_client_certificate()
  house.only("certificate")
  if call("tls.request_client_certificate") then
    return true
  end
  return nil, "clients of streams are not asked for certificates"
end

function tls.disable_session_reuse()
  house.only("certificate")
  call("tls.disable_session_reuse")
  return true
end

function tls.get_full_client_certificate_chain()
  house.only("rewrite", "access", "balancer", "response", "log")
  return call("tls.client_certificates")
end

client.tls = house.protect(tls, "kong.client.tls")
house.kong.client = house.protect(client, "kong.client")
