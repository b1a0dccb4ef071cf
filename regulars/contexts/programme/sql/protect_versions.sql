-- What was approved stays word for word, whoever asks: the database itself refuses to change it.
-- Versions change a few times a year, so the trigger is on nobody's way.
CREATE FUNCTION programme_version_protect() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a version of the programme cannot be deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'draft' AND (
        (NEW.number, NEW.code, NEW.title, NEW.document, NEW.digest, NEW.origin_digest)
            IS DISTINCT FROM
        (OLD.number, OLD.code, OLD.title, OLD.document, OLD.digest, OLD.origin_digest)
        OR (NEW.author, NEW.editors, NEW.approved_by, NEW.approved_at, NEW.alone_reason)
            IS DISTINCT FROM
        (OLD.author, OLD.editors, OLD.approved_by, OLD.approved_at, OLD.alone_reason)
        OR NEW.status = 'draft'
    ) THEN
        RAISE EXCEPTION 'an approved version of the programme cannot change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER programme_version_protect
    BEFORE UPDATE OR DELETE ON programme_version
    FOR EACH ROW EXECUTE FUNCTION programme_version_protect();

-- A publication is history too: it may be withdrawn, once, and nothing else.
CREATE FUNCTION programme_publication_protect() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR
        (NEW.id, NEW.version_id, NEW.live_from, NEW.revision, NEW.published_by, NEW.published_at)
            IS DISTINCT FROM
        (OLD.id, OLD.version_id, OLD.live_from, OLD.revision, OLD.published_by, OLD.published_at)
    THEN
        RAISE EXCEPTION 'a publication of the programme cannot change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER programme_publication_protect
    BEFORE UPDATE OR DELETE ON programme_publication
    FOR EACH ROW EXECUTE FUNCTION programme_publication_protect();

INSERT INTO programme_timeline (id, revision) VALUES (1, 0);
