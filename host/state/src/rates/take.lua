-- So many per time, as clasp-route's live::limits::Bucket keeps it, by the clock of Redis.
--
-- KEYS: a limit each. ARGV: "take" (all or nothing) or "charge" (enough or not), then for each
-- limit: count, per, burst, how many amounts, and each amount's age and itself; a charge below 0
-- gives back. Times are microseconds. Kept: level (a request or token is `per`, `count` drain in a
-- microsecond), the time it was so, count, per, and the time and amount of each slot of the
-- window, oldest first.
-- Answers the microseconds to wait, 0 if it was taken.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local take = ARGV[1] == 'take'
local place = 1
local limits = {}
local wait = 0

local function argument()
  place = place + 1
  return tonumber(ARGV[place])
end

-- What is kept of a limit, as it is now.
local function read(key, limit)
  limit.level, limit.slots, limit.sum = 0, {}, 0
  local text = redis.call('GET', key)
  if not text then
    return
  end
  local kept = cmsgpack.unpack(text)
  local level, count, per = kept[1], kept[3], kept[4]
  level = math.max(0, level - (now - math.min(kept[2], now)) * count)
  if per ~= limit.per then
    level = math.floor(level / per) * limit.per
  end
  limit.level = level
  for index = 5, #kept, 2 do
    -- A clock that was put back must not keep anything for longer.
    local last, amount = math.min(kept[index], now), kept[index + 1]
    if now - last < limit.per then
      limit.slots[#limit.slots + 1] = {last = last, amount = amount}
      limit.sum = limit.sum + amount
    end
  end
end

-- How long until `cost` fits.
local function due(limit, cost)
  local needed = 0
  -- What never fits has to find nothing taken. The share is for rounding, above 2^50 only.
  local over = limit.level - math.max(0, limit.burst - cost) * limit.per
  if over > limit.level / 2 ^ 50 then
    needed = math.ceil(over / limit.count)
  end
  local most, sum = math.max(0, limit.count - cost), limit.sum
  for _, slot in ipairs(limit.slots) do
    if sum <= most then
      break
    end
    sum = sum - slot.amount
    needed = math.max(needed, slot.last + limit.per - now)
  end
  return needed
end

-- Counts `amount` in the slot of its time; slots are a sixtieth of `per` wide.
local function add(limit, at, amount)
  local slots = limit.slots
  local width = math.max(1, math.ceil(limit.per / 60))
  local function here(slot)
    return math.floor(slot.last / width) == math.floor(at / width)
  end
  local index = #slots
  while index > 0 and slots[index].last > at and not here(slots[index]) do
    index = index - 1
  end
  local slot = slots[index]
  if slot and here(slot) then
    slot.last = math.max(slot.last, at)
    slot.amount = slot.amount + amount
  else
    table.insert(slots, index + 1, {last = at, amount = amount})
  end
end

-- Takes `amount` out of the newest.
local function give_back(limit, amount)
  local slots = limit.slots
  limit.level = math.max(0, limit.level - amount * limit.per)
  while amount > 0 and #slots > 0 do
    local slot = slots[#slots]
    local part = math.min(amount, slot.amount)
    slot.amount, amount = slot.amount - part, amount - part
    if slot.amount == 0 then
      table.remove(slots)
    end
  end
end

-- The level that what counts would have made.
local function replayed(limit)
  local level, at = 0, 0
  for _, slot in ipairs(limit.slots) do
    level = math.max(0, level - (slot.last - at) * limit.count) + slot.amount * limit.per
    at = slot.last
  end
  return math.max(0, level - (now - at) * limit.count)
end

local function put(limit, age, amount)
  if amount < 0 then
    give_back(limit, -amount)
  elseif amount > 0 and age < limit.per then
    add(limit, now - age, amount)
    if age == 0 then
      limit.level = limit.level + amount * limit.per
    else
      limit.level = math.max(limit.level, replayed(limit))
    end
  end
end

local function keep(key, limit)
  local newest = limit.slots[#limit.slots]
  local left = math.ceil(limit.level / limit.count)
  if newest then
    left = math.max(left, newest.last + limit.per - now)
  end
  if left == 0 then
    redis.call('DEL', key)
    return
  end
  local kept = {limit.level, now, limit.count, limit.per}
  for _, slot in ipairs(limit.slots) do
    kept[#kept + 1] = slot.last
    kept[#kept + 1] = slot.amount
  end
  local milliseconds = string.format('%.0f', math.ceil(left / 1000) + 1000)
  redis.call('SET', key, cmsgpack.pack(kept), 'PX', milliseconds)
end

for index, key in ipairs(KEYS) do
  local limit = {count = argument(), per = argument(), burst = argument(), amounts = {}}
  read(key, limit)
  for number = 1, argument() do
    local age, amount = argument(), argument()
    limit.amounts[number] = {age = age, amount = amount}
    if take then
      wait = math.max(wait, due(limit, amount))
    end
  end
  limits[index] = limit
end
if wait > 0 then
  return wait
end
for index, key in ipairs(KEYS) do
  for _, amount in ipairs(limits[index].amounts) do
    put(limits[index], amount.age, amount.amount)
  end
  keep(key, limits[index])
end
return 0
