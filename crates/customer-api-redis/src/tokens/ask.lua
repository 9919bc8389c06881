-- Offers the token, or the right to log in. ARGV: turn, lease, the generation that was refused, the generation that is old.
local generation = field('generation')
if generation ~= '' and generation == ARGV[3] then
    drop_token()
    set_life()
    generation = ''
end

local failed, in_vain = '0', '0'
local pause_ends = moment('pause_ends')
if now < pause_ends + remembered then
    failed, in_vain = field('failed'), field('in_vain')
end

local expires = field('expires')
local is_alive = generation ~= '' and (expires == '' or tonumber(expires) > now)
if is_alive and generation ~= ARGV[4] then
    local function left(value)
        return value == '' and '' or text(math.max(tonumber(value) - now, 0))
    end
    return { 'token', failed, in_vain, generation, field('sealed'), left(expires), left(field('renew')) }
end

if pause_ends > now then
    return { 'paused', failed, in_vain, text(pause_ends - now), field('is_refused') }
end

local turn_ends = moment('turn_ends')
if turn_ends > now and field('turn') ~= ARGV[1] then
    return { 'busy', failed, in_vain, text(turn_ends - now) }
end
redis.call('HSET', account, 'turn', ARGV[1], 'turn_ends', after(ARGV[2]))
set_life()
return { 'turn', failed, in_vain }
