-- Ends an attempt, and may stop the class. Running it again changes nothing.
-- KEYS: the slots, ordered by the time at which they are free; the end of the stop. ARGV: token, window, stop or nothing.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local window, stop = tonumber(ARGV[2]), tonumber(ARGV[3])
local under_way, over = 'a' .. ARGV[1], 'c' .. ARGV[1]
local function text(number) return string.format('%.0f', number) end

-- This command comes first. If a server has no memory left, it lets a script continue that has already written. `take.lua` begins in
-- the same way. Otherwise slots would be granted, and their end or stop could not be recorded.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
if redis.call('ZSCORE', KEYS[1], over) then
    return
end
local free_at = tonumber(redis.call('ZSCORE', KEYS[1], under_way) or 0)
if free_at > now and window > 0 then
    -- Before the old member is removed: an empty set loses its time to live.
    redis.call('ZADD', KEYS[1], text(now + window), over)
    local life = math.ceil(window / 1000) + 1000
    if redis.call('PTTL', KEYS[1]) < life then
        redis.call('PEXPIRE', KEYS[1], text(life))
    end
end
redis.call('ZREM', KEYS[1], under_way)

if stop and now + stop > tonumber(redis.call('GET', KEYS[2]) or 0) then
    redis.call('SET', KEYS[2], text(now + stop), 'PX', text(math.ceil(stop / 1000) + 1000))
end
