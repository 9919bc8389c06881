-- Removes a token that is not taken. ARGV: generation, logins that failed, those that were refused, whether it was refused, pause.
if field('generation') == ARGV[1] then
    drop_token()
    pause(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
    set_life()
end
