-- Gives back a slot that no attempt has used.
-- KEYS: the slots, ordered by the time at which they are free; the end of the stop. ARGV: token.
redis.call('ZREM', KEYS[1], 'a' .. ARGV[1])
