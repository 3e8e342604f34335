-- The notices that hold, each with the milliseconds that are left of it.
--
-- KEYS: the hash of notices that hold.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all = redis.call('HGETALL', KEYS[1])
local held = {}
for index = 1, #all, 2 do
  local ends, notice = string.match(all[index + 1], '^(%d+) (.*)$')
  local left = tonumber(ends) - now
  if left > 0 then
    held[#held + 1] = { notice, left }
  else
    redis.call('HDEL', KEYS[1], all[index])
  end
end
return held
