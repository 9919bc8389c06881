-- The table of `PostgresTokens`. `{schema}` stands for the name of the schema.

CREATE SCHEMA IF NOT EXISTS {schema};

CREATE TABLE IF NOT EXISTS {schema}.login (
    -- A keyed digest of base URL, user name and password.
    account      text COLLATE "C" PRIMARY KEY,
    generation   bigint,
    -- The token, sealed by the programs. This server never sees it in clear text.
    sealed       bytea,
    expires_at   timestamptz,
    renew_at     timestamptz,
    -- The turn that may log in, and its end.
    turn         bytea,
    turn_end     timestamptz,
    -- The number of consecutive failed logins. `in_vain` counts those that were refused, or gave no token that the provider accepts.
    failed       bigint NOT NULL DEFAULT 0,
    in_vain      bigint NOT NULL DEFAULT 0,
    paused_until timestamptz,
    is_refused   boolean NOT NULL DEFAULT false
);

-- Returns the token (1), grants the right to log in (2), reports that another process logs in (3), or that logins are paused (4).
-- Wanted: 0 any token, 1 any token except `p_generation`, which the provider rejected, 2 a newer token than `p_generation`.
CREATE OR REPLACE FUNCTION {schema}.ask_login(
    p_account text, p_turn bytea, p_lease interval, p_wanted smallint, p_generation bigint
) RETURNS TABLE (
    offer smallint, generation bigint, sealed bytea, expires_in double precision, renew_in double precision,
    wait double precision, is_refused boolean, failed bigint, in_vain bigint
) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz;
    v_row {schema}.login;
    v_failed bigint;
    v_in_vain bigint;
BEGIN
    LOOP
        -- The update makes concurrent requests wait for each other.
        UPDATE {schema}.login l SET account = l.account WHERE l.account = p_account RETURNING l.* INTO v_row;
        EXIT WHEN FOUND;
        INSERT INTO {schema}.login (account) VALUES (p_account) ON CONFLICT DO NOTHING;
    END LOOP;
    v_now := clock_timestamp();
    -- An administrator may have paused an account permanently. `infinity` can't be used in a subtraction.
    IF v_row.paused_until = 'infinity' THEN
        v_row.paused_until := v_now + interval '100 years';
    END IF;
    v_row.expires_at := nullif(v_row.expires_at, 'infinity');
    v_row.renew_at := nullif(v_row.renew_at, 'infinity');
    IF p_wanted = 1 AND v_row.generation = p_generation THEN
        UPDATE {schema}.login l SET generation = NULL, sealed = NULL, expires_at = NULL, renew_at = NULL
            WHERE l.account = p_account;
        v_row.generation := NULL;
    END IF;
    -- A failure is forgotten one hour after its pause.
    IF v_row.paused_until + interval '1 hour' > v_now THEN
        v_failed := v_row.failed;
        v_in_vain := v_row.in_vain;
    ELSE
        v_failed := 0;
        v_in_vain := 0;
    END IF;
    IF v_row.generation IS NOT NULL AND coalesce(v_row.expires_at > v_now, true)
            AND NOT (p_wanted = 2 AND v_row.generation = p_generation) THEN
        RETURN QUERY SELECT 1::smallint, v_row.generation, v_row.sealed,
            extract(epoch FROM v_row.expires_at - v_now)::double precision,
            extract(epoch FROM v_row.renew_at - v_now)::double precision,
            NULL::double precision, false, v_failed, v_in_vain;
    ELSIF v_row.paused_until > v_now THEN
        RETURN QUERY SELECT 4::smallint, NULL::bigint, NULL::bytea, NULL::double precision, NULL::double precision,
            extract(epoch FROM v_row.paused_until - v_now)::double precision, v_row.is_refused, v_failed, v_in_vain;
    ELSIF v_row.turn <> p_turn AND v_row.turn_end > v_now THEN
        RETURN QUERY SELECT 3::smallint, NULL::bigint, NULL::bytea, NULL::double precision, NULL::double precision,
            extract(epoch FROM v_row.turn_end - v_now)::double precision, false, v_failed, v_in_vain;
    ELSE
        UPDATE {schema}.login l SET turn = p_turn, turn_end = v_now + p_lease WHERE l.account = p_account;
        RETURN QUERY SELECT 2::smallint, NULL::bigint, NULL::bytea, NULL::double precision, NULL::double precision,
            NULL::double precision, false, v_failed, v_in_vain;
    END IF;
END $$;
