-- Ends a turn without a token. ARGV: turn, number of failed logins, number of refused logins, whether this login was refused, pause.
if field('turn') == ARGV[1] then
    end_turn()
    pause(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
    set_life()
end
