-- Removes a token that the provider rejected. ARGV: generation, number of failed logins, number of refused logins, whether the login
-- was refused, pause.
if field('generation') == ARGV[1] then
    drop_token()
    pause(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
    set_life()
end
