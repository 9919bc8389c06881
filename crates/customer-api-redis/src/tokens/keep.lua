-- Stores the token of a login. ARGV: turn, generation, sealed token, lifetime, time until its renewal.
if field('turn') == ARGV[1] then
    end_turn()
    redis.call('HSET', account, 'generation', ARGV[2], 'sealed', ARGV[3], 'expires', after(ARGV[4]),
        'renew', after(ARGV[5]))
    set_life()
end
