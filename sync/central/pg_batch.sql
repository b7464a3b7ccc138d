-- The server rules of a batch, in one call and so in one transaction. The tenant is set for this
-- transaction only; row-level security holds inside as outside.
CREATE OR REPLACE FUNCTION na_apply(
    p_tenant text, p_device text, p_number bigint, p_epoch bigint, p_first bigint, p_to bigint,
    p_prev bytea, p_head bytea, p_signature bytea, p_start bytea, p_now timestamptz,
    e_seq bigint[], e_id text[], e_type text[], e_at timestamptz[], e_body bytea[],
    e_hash bytea[], e_fault text[],
    r_seq bigint[], r_epoch bigint[], r_first bigint[], r_last bigint[], r_head bytea[],
    r_hour timestamptz[], m_rollup integer[], m_meter text[], m_quantity bigint[],
    p_health text, p_have text, p_version text, p_condition text, p_whatsapp text, p_model text,
    p_queue_age bigint, p_disk bigint, p_queue_p95 bigint, p_unanswered bigint
) RETURNS TABLE (
    code text, acked bigint, head bytea, stored bigint, quarantined bigint,
    last_seq bigint, present bigint, audit_id text, audit_epoch bigint,
    audit_first bigint, audit_last bigint
) LANGUAGE plpgsql SECURITY INVOKER AS $$
#variable_conflict use_variable
DECLARE
    v_number bigint;
    v_cover bigint;
    v_counted integer[] := '{}';
    v_why text;
    v_closed timestamptz;
    v_done bigint;
    v_hash bytea;
BEGIN
    PERFORM set_config('app.level', 'tenant', true), set_config('app.tenant', p_tenant, true);
    stored := 0; quarantined := 0; last_seq := 0;
    INSERT INTO cursors AS c (tenant_id, device_id) VALUES (p_tenant, p_device)
        ON CONFLICT DO NOTHING;
    SELECT c.na_seq, c.epoch INTO v_number, present FROM cursors c
        WHERE c.tenant_id = p_tenant AND c.device_id = p_device FOR UPDATE;
    IF p_number <= v_number THEN
        code := 'replayed'; acked := 0; head := ''; last_seq := v_number;
        RETURN NEXT; RETURN;
    END IF;
    UPDATE cursors c SET na_seq = p_number
        WHERE c.tenant_id = p_tenant AND c.device_id = p_device;
    SELECT s.acked, s.head INTO acked, head FROM epochs s
        WHERE s.tenant_id = p_tenant AND s.device_id = p_device AND s.epoch = p_epoch;
    IF NOT FOUND THEN
        acked := 0; head := p_start;
    END IF;

    IF p_first > acked + 1 THEN
        code := 'gap';
    ELSIF p_to > acked AND p_epoch < present THEN
        code := 'epoch_closed';
    ELSIF p_first = acked + 1 THEN
        code := CASE WHEN p_prev = head THEN NULL ELSE 'fork' END;
    ELSIF p_to < acked THEN
        SELECT s.hash INTO v_hash FROM events s WHERE s.tenant_id = p_tenant
            AND s.device_id = p_device AND s.epoch = p_epoch AND s.seq = p_to;
        code := CASE WHEN v_hash IS NULL OR v_hash = p_head THEN NULL ELSE 'fork' END;
    ELSE
        v_hash := e_hash[(acked - p_first + 1)::int];
        code := CASE WHEN v_hash = head THEN NULL ELSE 'fork' END;
    END IF;
    IF code IS NULL THEN
        UPDATE devices d SET health = p_health, desired_have = p_have, seen_at = p_now,
            version = coalesce(p_version, d.version), condition = p_condition,
            whatsapp = p_whatsapp, model = p_model, queue_age_s = p_queue_age,
            disk_free_percent = p_disk, queue_p95_ms = p_queue_p95, unanswered = p_unanswered
            WHERE d.tenant_id = p_tenant AND d.id = p_device;
        SELECT a.id, a.raw_epoch, a.first, a.last
            INTO audit_id, audit_epoch, audit_first, audit_last
            FROM audits a WHERE a.tenant_id = p_tenant AND a.device_id = p_device
            AND a.verdict IS NULL ORDER BY a.ordered_at, a.id LIMIT 1;
    END IF;
    IF code IS NOT NULL OR p_to <= acked THEN
        RETURN NEXT; RETURN;
    END IF;

    v_done := acked;
    INSERT INTO events (tenant_id, device_id, epoch, seq, id, type, at, body, hash, received_at)
        SELECT p_tenant, p_device, p_epoch, e.seq, e.id, e.type, e.at, e.body, e.hash, p_now
        FROM unnest(e_seq, e_id, e_type, e_at, e_body, e_hash)
            AS e (seq, id, type, at, body, hash)
        WHERE e.seq > v_done;
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF array_length(array_remove(e_fault, NULL), 1) > 0 THEN
        INSERT INTO quarantine (tenant_id, device_id, epoch, seq, reason, received_at)
            SELECT p_tenant, p_device, p_epoch, e.seq, e.fault, p_now
            FROM unnest(e_seq, e_fault) AS e (seq, fault)
            WHERE e.fault IS NOT NULL AND e.seq > v_done;
        GET DIAGNOSTICS quarantined = ROW_COUNT;
    END IF;

    FOR i IN 1 .. coalesce(array_length(r_seq, 1), 0) LOOP
        CONTINUE WHEN r_seq[i] <= v_done;
        SELECT c.last INTO v_cover FROM covers c WHERE c.tenant_id = p_tenant
            AND c.device_id = p_device AND c.raw_epoch = r_epoch[i];
        v_cover := coalesce(v_cover, 0);
        v_why := CASE WHEN r_last[i] <= v_cover THEN 'covered_before'
                      WHEN r_first[i] > v_cover + 1 THEN 'covers_gap'
                      WHEN r_first[i] < v_cover + 1 THEN 'covers_overlap' END;
        IF v_why IS NOT NULL THEN
            INSERT INTO quarantine (tenant_id, device_id, epoch, seq, reason, received_at)
                VALUES (p_tenant, p_device, p_epoch, r_seq[i], v_why, p_now);
            quarantined := quarantined + 1;
            -- A gap is only named: one lost hour must not cost all later ones.
            CONTINUE WHEN v_why <> 'covers_gap';
        END IF;
        INSERT INTO covers AS c (tenant_id, device_id, raw_epoch, last, head)
            VALUES (p_tenant, p_device, r_epoch[i], r_last[i], r_head[i])
            ON CONFLICT (tenant_id, device_id, raw_epoch)
            DO UPDATE SET last = excluded.last, head = excluded.head;
        v_counted := v_counted || i;
    END LOOP;

    IF array_length(v_counted, 1) > 0 THEN
        INSERT INTO rollups
            (tenant_id, device_id, raw_epoch, first, last, head, hour, epoch, seq)
            SELECT p_tenant, p_device, r.raw_epoch, r.first, r.last, r.head, r.hour, p_epoch, r.seq
            FROM unnest(r_seq, r_epoch, r_first, r_last, r_head, r_hour) WITH ORDINALITY
                AS r (seq, raw_epoch, first, last, head, hour, i)
            WHERE r.i = ANY (v_counted);
        SELECT p.closed_before INTO v_closed FROM periods p WHERE p.tenant_id = p_tenant;
        INSERT INTO usage_hours AS u (tenant_id, device_id, hour, meter, quantity)
            SELECT p_tenant, p_device, r_hour[m.i], m.meter, sum(m.quantity)
            FROM unnest(m_rollup, m_meter, m_quantity) AS m (i, meter, quantity)
            WHERE m.i = ANY (v_counted) AND (v_closed IS NULL OR r_hour[m.i] >= v_closed)
            GROUP BY r_hour[m.i], m.meter
            ON CONFLICT (tenant_id, device_id, hour, meter)
            DO UPDATE SET quantity = u.quantity + excluded.quantity;
        INSERT INTO adjustments AS a (tenant_id, device_id, hour, meter, quantity, made_at)
            SELECT p_tenant, p_device, r_hour[m.i], m.meter, sum(m.quantity), p_now
            FROM unnest(m_rollup, m_meter, m_quantity) AS m (i, meter, quantity)
            WHERE m.i = ANY (v_counted) AND r_hour[m.i] < v_closed
            GROUP BY r_hour[m.i], m.meter
            ON CONFLICT (tenant_id, device_id, hour, meter, made_at)
            DO UPDATE SET quantity = a.quantity + excluded.quantity;
    END IF;

    INSERT INTO epochs (tenant_id, device_id, epoch, acked, head, signature)
        VALUES (p_tenant, p_device, p_epoch, p_to, p_head, p_signature)
        ON CONFLICT (tenant_id, device_id, epoch)
        DO UPDATE SET acked = excluded.acked, head = excluded.head,
            signature = excluded.signature;
    UPDATE cursors c SET epoch = p_epoch
        WHERE c.tenant_id = p_tenant AND c.device_id = p_device;
    acked := p_to; head := p_head;
    RETURN NEXT;
END $$;

-- A request names its box before the tenant is known: this sees that one box, and nothing else.
CREATE OR REPLACE FUNCTION na_find_device(p_device text, p_now timestamptz)
RETURNS TABLE (
    id text, tenant_id text, status text, receipt bytea, clock_suspect bigint,
    names text[], keys bytea[], rotate boolean, move text
) LANGUAGE plpgsql SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.level', 'lookup', true), set_config('app.lookup', p_device, true);
    RETURN QUERY SELECT d.id, d.tenant_id, d.status, d.receipt, d.clock_suspect,
        array_agg(k.id), array_agg(k.public_key), d.rotate_at IS NOT NULL, d.move_id
        FROM devices d JOIN device_keys k ON k.tenant_id = d.tenant_id AND k.device_id = d.id
        AND (k.valid_until IS NULL OR k.valid_until > p_now)
        WHERE d.id = p_device
        GROUP BY d.id, d.tenant_id, d.status, d.receipt, d.clock_suspect, d.rotate_at, d.move_id;
END $$;
