-- Tables: what takes long within one call of Lua's own library is written in Lua, where every step counts.
local house = ...
local native, raw = house.native, house.raw

local own = raw.table
local type, error, next, pairs, ipairs, select, unpack = raw.type, raw.error, raw.next, raw.pairs, raw.ipairs, raw.select, raw.unpack
local floor, concat, pay = raw.math.floor, own.concat, house.pay
local tables = { unpack = unpack }

local function expect(name, list)
  if type(list) ~= "table" then
    error("bad argument #1 to '" .. name .. "' (table expected, got " .. (list == nil and "no value" or type(list)) .. ")", 3)
  end
end

function tables.concat(list, separator, first, last)
  expect("concat", list)
  pay((last or #list) * 8)
  local made = concat(list, separator, first, last)
  pay(#made)
  return made
end

function tables.insert(list, ...)
  expect("insert", list)
  local count, length = select("#", ...), #list
  if count == 1 then
    list[length + 1] = (...)
    return
  elseif count ~= 2 then
    error("wrong number of arguments to 'insert'", 2)
  end
  local position, value = ...
  for index = length, position, -1 do
    list[index + 1] = list[index]
  end
  list[position] = value
end

function tables.remove(list, position)
  expect("remove", list)
  local length = #list
  if position == nil then
    if length == 0 then
      return nil
    end
    position = length
  end
  if position < 1 or position > length then
    return nil
  end
  local value = list[position]
  for index = position, length - 1 do
    list[index] = list[index + 1]
  end
  list[length] = nil
  return value
end

local function before(one, other)
  return one < other
end

-- Merges sorted halves: whatever the order says, it ends.
local function sort(list, spare, first, last, is_before)
  if first >= last then
    return
  end
  local middle = floor((first + last) / 2)
  sort(list, spare, first, middle, is_before)
  sort(list, spare, middle + 1, last, is_before)
  for index = first, last do
    spare[index] = list[index]
  end
  local left, right = first, middle + 1
  for index = first, last do
    if right > last or (left <= middle and not is_before(spare[right], spare[left])) then
      list[index] = spare[left]
      left = left + 1
    else
      list[index] = spare[right]
      right = right + 1
    end
  end
end

function tables.sort(list, is_before)
  expect("sort", list)
  sort(list, {}, 1, #list, is_before or before)
end

function tables.maxn(list)
  local largest = 0
  for key in pairs(list) do
    if type(key) == "number" and key > largest then
      largest = key
    end
  end
  return largest
end

function tables.getn(list)
  return #list
end

function tables.foreach(list, f)
  for key, value in pairs(list) do
    local result = f(key, value)
    if result ~= nil then
      return result
    end
  end
end

function tables.foreachi(list, f)
  for index, value in ipairs(list) do
    local result = f(index, value)
    if result ~= nil then
      return result
    end
  end
end

function tables.pack(...)
  return { n = select("#", ...), ... }
end

function tables.move(from, first, last, to, target)
  target = target or from
  if to > first and target == from then
    for index = last - first, 0, -1 do
      target[to + index] = from[first + index]
    end
  else
    for index = 0, last - first do
      target[to + index] = from[first + index]
    end
  end
  return target
end

function tables.new()
  return {}
end

function tables.clear(list)
  for key in pairs(list) do
    list[key] = nil
  end
end

function tables.clone(list)
  local made = {}
  for key, value in pairs(list) do
    made[key] = value
  end
  return made
end

function tables.nkeys(list)
  local count = 0
  for _ in pairs(list) do
    count = count + 1
  end
  return count
end

function tables.isempty(list)
  return next(list) == nil
end

function tables.isarray(list)
  local count = 0
  for key in pairs(list) do
    if type(key) ~= "number" or key < 1 or key % 1 ~= 0 then
      return false
    end
    count = count + 1
  end
  return count == tables.maxn(list)
end

house.tables = tables
house.base.table = house.protect(tables, "table")
