-- Adds to a total that ends some time after its first amount.
--
-- KEYS: the total. ARGV: amount, milliseconds.
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return total
