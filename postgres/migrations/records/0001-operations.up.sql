-- What is nowhere else.

-- One command that a client asked for, known by its idempotency key.
CREATE TABLE operation (
  id text PRIMARY KEY,
  subject text NOT NULL, -- who asked
  idempotency_key text NOT NULL,
  request_hash bytea NOT NULL, -- SHA-256 of what was asked
  command text NOT NULL, -- name in the ledger's command table
  request json NOT NULL, -- as the ledger takes it, and which record answers: made once, so that every attempt asks for the same
  state text NOT NULL CHECK (state IN ('running', 'done')),
  status integer, -- of the answer, when done
  answer json, -- with its status: the record and headers, or code and details
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  UNIQUE (subject, idempotency_key),
  CHECK ((state = 'done') = (status IS NOT NULL))
);
CREATE INDEX ON operation (created_at) WHERE state = 'running';

-- What was sent for it. The next attempt starts only after a verdict, or when no envelope was sent.
CREATE TABLE attempt (
  operation text NOT NULL REFERENCES operation ON DELETE CASCADE,
  n integer NOT NULL,
  tx_id text NOT NULL UNIQUE,
  envelope bytea NOT NULL, -- signed gateway.PreparedTransaction, stored before it is sent
  height bigint NOT NULL, -- of the read model when it was endorsed: an envelope is not sent again after too many blocks
  endorsed_at timestamptz NOT NULL DEFAULT now(),
  endorsers text[] NOT NULL,
  taken_up boolean NOT NULL DEFAULT false, -- by another process than the one that made it: who made it no longer knows whether it was sent
  block bigint, -- the verdict, written by the listener
  index integer,
  code integer,
  PRIMARY KEY (operation, n),
  CHECK ((block IS NULL) = (code IS NULL))
);

CREATE INDEX ON attempt (operation) WHERE block IS NULL;

-- The pseudonym of a member under one agreement. Number and salt are encrypted with the club's field key.
CREATE TABLE alias (
  pseudonym text PRIMARY KEY,
  agreement_id text NOT NULL,
  member_ref bytea NOT NULL, -- HMAC of the member number
  sealed bytea NOT NULL, -- member number and salt
  UNIQUE (agreement_id, member_ref)
);

-- The common tag of a member's overlapping passes.
CREATE TABLE exclusion_tag (
  member_ref bytea PRIMARY KEY,
  sealed bytea NOT NULL,
  used_until date NOT NULL -- last day of the passes that carry it
);
