-- The tables of `PostgresQuota`. `{schema}` stands for the name of the schema.

CREATE SCHEMA IF NOT EXISTS {schema};

CREATE TABLE IF NOT EXISTS {schema}.quota (
    name          text COLLATE "C" NOT NULL,
    class         text COLLATE "C" NOT NULL,
    -- Until when the provider accepts no call.
    stopped_until timestamptz,
    -- The number of requests for a slot. The update makes concurrent requests wait for each other.
    asked         bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (name, class)
);

-- A slot that is not free. All times are by the clock of this server.
CREATE TABLE IF NOT EXISTS {schema}.slot (
    name      text COLLATE "C" NOT NULL,
    class     text COLLATE "C" NOT NULL,
    token     bytea NOT NULL,
    free_at   timestamptz NOT NULL,
    completed boolean NOT NULL DEFAULT false,
    PRIMARY KEY (name, class, token)
);

-- Takes a slot, or returns after how many seconds the next ones may be free.
CREATE OR REPLACE FUNCTION {schema}.take_slot(
    p_name text, p_class text, p_token bytea, p_slots bigint, p_window interval, p_hold interval
) RETURNS TABLE (granted boolean, waits double precision[]) LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz;
    v_stop timestamptz;
    v_taken bigint;
BEGIN
    LOOP
        UPDATE {schema}.quota q SET asked = q.asked + 1
            WHERE q.name = p_name AND q.class = p_class RETURNING q.stopped_until INTO v_stop;
        EXIT WHEN FOUND;
        INSERT INTO {schema}.quota (name, class) VALUES (p_name, p_class) ON CONFLICT DO NOTHING;
    END LOOP;
    -- The clock is read once the row is locked, because time may have passed while waiting for other transactions.
    v_now := clock_timestamp();
    -- An administrator may have stopped a quota permanently. `infinity` can't be used in a subtraction.
    v_stop := CASE WHEN v_stop = 'infinity' THEN v_now + interval '100 years' ELSE v_stop END;
    DELETE FROM {schema}.slot s WHERE s.name = p_name AND s.class = p_class AND s.free_at <= v_now;
    SELECT count(*) INTO v_taken FROM {schema}.slot s WHERE s.name = p_name AND s.class = p_class;
    IF EXISTS (SELECT FROM {schema}.slot s WHERE s.name = p_name AND s.class = p_class AND s.token = p_token) THEN
        RETURN QUERY SELECT true, NULL::double precision[];
    ELSIF coalesce(v_stop <= v_now, true) AND v_taken < p_slots THEN
        INSERT INTO {schema}.slot (name, class, token, free_at) VALUES (p_name, p_class, p_token, v_now + p_hold);
        RETURN QUERY SELECT true, NULL::double precision[];
    ELSIF v_taken < p_slots THEN
        RETURN QUERY SELECT false, ARRAY[extract(epoch FROM v_stop - v_now)::double precision];
    ELSE
        -- An attempt that is under way may end now. Its slot is then free one window later.
        RETURN QUERY SELECT false, ARRAY(
            SELECT extract(epoch FROM greatest(least(s.free_at, v_now + p_window), v_stop) - v_now)::double precision
            FROM {schema}.slot s WHERE s.name = p_name AND s.class = p_class ORDER BY s.free_at LIMIT 32
        );
    END IF;
END $$;

-- Ends an attempt. `p_stop` is the time for which the provider accepts no call.
CREATE OR REPLACE FUNCTION {schema}.complete_slot(
    p_name text, p_class text, p_token bytea, p_window interval, p_stop interval
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF p_stop IS NOT NULL THEN
        -- The row is missing if no slot was ever asked for, because the attempt had its permit from its process's own share.
        INSERT INTO {schema}.quota AS q (name, class, stopped_until) VALUES (p_name, p_class, clock_timestamp() + p_stop)
            ON CONFLICT (name, class) DO UPDATE SET stopped_until = greatest(q.stopped_until, clock_timestamp() + p_stop);
    END IF;
    UPDATE {schema}.slot s SET free_at = clock_timestamp() + p_window, completed = true
        WHERE s.name = p_name AND s.class = p_class AND s.token = p_token AND NOT s.completed;
END $$;
