-- The generic cell rate algorithm, as in clasp-route's live::limits::Bucket, by the clock of Redis.
--
-- KEYS: a limit each. ARGV: "take" (all or nothing) or "charge" (enough or not), then for each
-- limit: microseconds that one unit stands for, burst, cost in units.
-- Kept: "<units taken and not drained yet> <microseconds since 1970>".
-- Answers the microseconds to wait, 0 if it was taken.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local take = ARGV[1] == 'take'
local levels = {}
local wait = 0

for index, key in ipairs(KEYS) do
  local unit = tonumber(ARGV[index * 3 - 1])
  local burst = tonumber(ARGV[index * 3])
  local cost = tonumber(ARGV[index * 3 + 1])
  local level = 0
  local kept = redis.call('GET', key)
  if kept then
    local before, at = string.match(kept, '^(%S+) (%S+)$')
    level = math.max(0, tonumber(before) - math.max(0, now - tonumber(at)) / unit)
  end
  -- What never fits has to find nothing taken. The millionth is for rounding.
  local over = level - math.max(0, burst - cost)
  if take and over > 0.000001 then
    wait = math.max(wait, math.ceil(over * unit))
  end
  levels[index] = math.max(0, level + cost)
end

if wait > 0 then
  return wait
end
for index, key in ipairs(KEYS) do
  local level = levels[index]
  if level > 0 then
    local drained = math.ceil(level * tonumber(ARGV[index * 3 - 1]) / 1000)
    redis.call('SET', key, string.format('%.17g %.0f', level, now), 'PX', drained + 1000)
  else
    redis.call('DEL', key)
  end
end
return 0
