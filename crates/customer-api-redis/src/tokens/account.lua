-- KEYS: the hash of an account. Its times are in microseconds since 1970.
local account = KEYS[1]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
-- How long a failure counts after its pause.
local remembered = 3600000000

local function text(number) return string.format('%.0f', number) end
-- Returns an empty text if the field is missing.
local function field(name) return redis.call('HGET', account, name) or '' end
local function moment(name) return tonumber(field(name)) or 0 end
-- Returns the time at the end of a duration from now; empty for never.
local function after(value)
    return value == '' and '' or text(now + tonumber(value))
end
local function drop_token()
    redis.call('HDEL', account, 'generation', 'sealed', 'expires', 'renew')
end
local function end_turn()
    redis.call('HDEL', account, 'turn', 'turn_ends')
end
local function pause(failed, in_vain, is_refused, pause)
    redis.call('HSET', account, 'failed', failed, 'in_vain', in_vain, 'is_refused', is_refused,
        'pause_ends', after(pause))
end
-- Makes the key expire with the last content that counts.
local function set_life()
    if field('generation') ~= '' and field('expires') == '' then
        redis.call('PERSIST', account)
        return
    end
    local last = math.max(moment('expires'), moment('turn_ends'), moment('pause_ends') + remembered)
    redis.call('PEXPIREAT', account, text(math.ceil(last / 1000) + 1000))
end

