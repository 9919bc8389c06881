-- Takes a slot. Returns an empty array if the claim has a slot, and otherwise after how many microseconds the next slots may be free.
-- KEYS: the slots, ordered by the time at which they are free; the end of the stop. ARGV: token, slots, window, hold.
-- A slot is a letter and a token: "a" while its attempt is under way, "c" when the attempt is over.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local slots, window, hold = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local function text(number) return string.format('%.0f', number) end

redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
if redis.call('ZSCORE', KEYS[1], 'a' .. ARGV[1]) or redis.call('ZSCORE', KEYS[1], 'c' .. ARGV[1]) then
    return {}
end

local stopped = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) - now, 0)
local taken = redis.call('ZCARD', KEYS[1])
if stopped == 0 and taken < slots then
    redis.call('ZADD', KEYS[1], text(now + hold), 'a' .. ARGV[1])
    local life = math.ceil(hold / 1000) + 1000
    if redis.call('PTTL', KEYS[1]) < life then
        redis.call('PEXPIRE', KEYS[1], text(life))
    end
    return {}
end

local most = 32
local waits = {}
-- Slots that are free already become available at the end of the stop.
for _ = 1, math.min(slots - taken, most) do
    waits[#waits + 1] = text(stopped)
end
if #waits < most then
    -- Another process may allow more slots. Each of the excess slots must become free first.
    local first = math.max(taken - slots, 0)
    local next = redis.call('ZRANGE', KEYS[1], text(first), text(first + most - #waits - 1), 'WITHSCORES')
    for place = 2, #next, 2 do
        -- An attempt that is under way may end immediately.
        local wait = math.min(tonumber(next[place]) - now, window)
        waits[#waits + 1] = text(math.max(wait, stopped))
    end
end
return waits
