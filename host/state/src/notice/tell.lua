-- Publishes a notice and keeps it for as long as it holds.
--
-- KEYS: the hash of notices that hold. ARGV: channel, field, notice, milliseconds.
-- Kept: "<milliseconds since 1970 at which it ends> <notice>".
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = tonumber(ARGV[4])
if left > 0 then
  -- Ended ones are dropped when the hash is read, and here before they become many.
  if redis.call('HLEN', KEYS[1]) >= 1000 then
    local all = redis.call('HGETALL', KEYS[1])
    for index = 1, #all, 2 do
      if tonumber(string.match(all[index + 1], '^(%d+) ')) <= now then
        redis.call('HDEL', KEYS[1], all[index])
      end
    end
  end
  redis.call('HSET', KEYS[1], ARGV[2], string.format('%.0f %s', now + left, ARGV[3]))
  if redis.call('PTTL', KEYS[1]) < left then
    redis.call('PEXPIRE', KEYS[1], left)
  end
else
  redis.call('HDEL', KEYS[1], ARGV[2])
end
redis.call('PUBLISH', ARGV[1], ARGV[3])
return 0
