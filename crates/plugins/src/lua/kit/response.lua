-- `kong.response`: what goes to the client.
local house = ...
local raw = house.raw

local type, tostring, error, pairs, ipairs = raw.type, raw.tostring, raw.error, raw.pairs, raw.ipairs
local lower, call = raw.string.lower, house.call

local response = house.editor("response", "header name")

local function status_of(status, name)
  if type(status) ~= "number" or status % 1 ~= 0 or status < 100 or status > 599 then
    error(name .. " must be a number between 100 and 599", 3)
  end
  return status
end

-- Names and values one after the other.
local function flat(headers)
  local list = {}
  for name, value in pairs(headers or {}) do
    local field, values = house.field(name, value)
    for _, one in ipairs(values) do
      list[#list + 1] = field
      list[#list + 1] = one
    end
  end
  return list
end
house.flat = flat

function response.get_status()
  return call("response.status")
end

function response.set_status(status)
  call("response.set_status", status_of(status, "code"))
end

function response.get_header(name)
  if type(name) ~= "string" then
    error("header name must be a string", 2)
  end
  return house.first(response.get_headers()[name])
end

function response.get_headers()
  return house.fields(call("response.headers"))
end

function response.get_source()
  return call("response.source")
end

function response.get_raw_body()
  return call("response.body")
end

function response.set_raw_body(body)
  if type(body) ~= "string" then
    error("body must be a string, but got " .. type(body), 2)
  end
  call("response.set_body", body)
end

-- Answers, and ends the code.
function response.exit(status, body, headers)
  status_of(status, "code")
  local kind = type(body)
  if kind ~= "nil" and kind ~= "string" and kind ~= "table" then
    error("body must be a nil, string or table", 2)
  elseif headers ~= nil and type(headers) ~= "table" then
    error("headers must be a nil or table", 2)
  end
  local form = kind == "table" and "json" or "raw"
  if kind == "table" then
    local text, message = house.native.json_encode(body)
    if not text then
      error("body encoding failed while flattening response: " .. message, 2)
    end
    body = text
  end
  call("exit", status, form, body, flat(headers))
  house.finish()
end

local messages = {
  [400] = "Bad request", [401] = "Unauthorized", [402] = "Payment required", [403] = "Forbidden", [404] = "Not found",
  [405] = "Method not allowed", [406] = "Not acceptable", [407] = "Proxy authentication required",
  [408] = "Request timeout", [409] = "Conflict", [410] = "Gone", [411] = "Length required",
  [412] = "Precondition failed", [413] = "Payload too large", [414] = "URI too long",
  [415] = "Unsupported media type", [416] = "Range not satisfiable", [417] = "Expectation failed",
  [418] = "I'm a teapot", [421] = "Misdirected request", [422] = "Unprocessable entity", [423] = "Locked",
  [424] = "Failed dependency", [425] = "Too early", [426] = "Upgrade required", [428] = "Precondition required",
  [429] = "Too many requests", [431] = "Request header fields too large", [451] = "Unavailable for legal reasons",
  [494] = "Request header or cookie too large", [500] = "An unexpected error occurred", [501] = "Not implemented",
  [502] = "An invalid response was received from the upstream server",
  [503] = "The upstream server is currently unavailable", [504] = "The upstream server is timing out",
  [505] = "HTTP version not supported", [506] = "Variant also negotiates", [507] = "Insufficient storage",
  [508] = "Loop detected", [510] = "Not extended", [511] = "Network authentication required",
}

function house.message(status)
  return messages[status] or "The upstream server responded with " .. status
end

-- Answers with an error in the form that the client accepts.
function response.error(status, message, headers)
  status_of(status, "code")
  if message ~= nil and type(message) == "table" then
    return response.exit(status, message, headers)
  end
  call("exit", status, "error", message and tostring(message) or house.message(status), flat(headers))
  house.finish()
end

house.response = response
house.kong.response = house.protect(response, "kong.response")
