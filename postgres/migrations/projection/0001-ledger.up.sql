-- The ledger as this club sees it. Everything here can be built again from the club's own peer.

-- Where the listener is. Its update is checkpoint, order check, fork check and fencing token at once.
CREATE TABLE cursor (
  "only" boolean PRIMARY KEY DEFAULT true CHECK ("only"),
  next bigint NOT NULL, -- number of the block that is awaited
  last_hash bytea NOT NULL -- header hash of the block before it; empty before the first
);
INSERT INTO cursor (next, last_hash) VALUES (0, '');

CREATE TABLE block (
  number bigint PRIMARY KEY,
  hash bytea NOT NULL, -- of the header
  previous_hash bytea NOT NULL,
  data_hash bytea NOT NULL,
  bytes bytea NOT NULL, -- common.Block
  stored_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE transaction (
  block bigint NOT NULL REFERENCES block,
  index integer NOT NULL,
  tx_id text NOT NULL, -- empty where the envelope names none
  type integer NOT NULL, -- common.HeaderType
  code integer NOT NULL, -- peer.TxValidationCode
  creator_msp text NOT NULL,
  time_ms bigint, -- the client's claim
  chaincode text,
  name text, -- of the transaction, as it was called: sealed:submit
  endorsers text[] NOT NULL, -- MSP ids
  PRIMARY KEY (block, index)
);
CREATE INDEX ON transaction (tx_id);

-- A transaction that will not parse, or writes what it may not: a value without its form, or halves that differ. What depends on it
-- reads as incomplete.
CREATE TABLE quarantine (
  block bigint NOT NULL,
  index integer NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (block, index),
  FOREIGN KEY (block, index) REFERENCES transaction
);

-- Every version of every key of the clubs' chaincode: public values, private values that this club may read, and of the others' their
-- hashes.
CREATE TABLE version (
  collection text NOT NULL, -- empty: public state
  key_hash bytea NOT NULL, -- SHA-256 of the key
  block bigint NOT NULL,
  index integer NOT NULL,
  key text, -- null while only its hash is known
  value bytea, -- null: deleted, or not known
  value_hash bytea, -- SHA-256 of the value; null: deleted
  is_current boolean NOT NULL,
  PRIMARY KEY (collection, key_hash, block, index),
  FOREIGN KEY (block, index) REFERENCES transaction
);
CREATE UNIQUE INDEX ON version (collection, key_hash) WHERE is_current;
CREATE INDEX ON version (block, index);

-- Private writes that the own peer did not have when their block came. They are asked for again.
CREATE TABLE missing (
  block bigint NOT NULL,
  index integer NOT NULL,
  collection text NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (block, index, collection),
  FOREIGN KEY (block, index) REFERENCES transaction
);

-- The read model: one row per record of business, as the API answers it.
CREATE TABLE record (
  kind text NOT NULL, -- founding, club, agreement, terms, pass, visit, proposal, policy
  id text NOT NULL,
  body json NOT NULL, -- no jsonb: a text on the ledger may hold U+0000, which jsonb does not take
  tags jsonb NOT NULL, -- what registers filter by
  hash bytea NOT NULL, -- SHA-256 of the stored bytes: for private records equal to the hash on the ledger
  block bigint NOT NULL, -- transaction that wrote this version
  index integer NOT NULL,
  created_block bigint NOT NULL, -- transaction that made the record; registers are in this order
  created_index integer NOT NULL,
  PRIMARY KEY (kind, id),
  FOREIGN KEY (block, index) REFERENCES transaction
);
CREATE INDEX ON record (kind, created_block, created_index, id);
CREATE INDEX ON record USING gin (tags jsonb_path_ops);

-- Keys of other clubs' acts that this club may come to see, by their hash: who knows a pass knows the key of its revocation.
CREATE TABLE expected_act (
  collection text NOT NULL,
  key_hash bytea NOT NULL,
  key text NOT NULL,
  record_kind text NOT NULL,
  record_id text NOT NULL,
  PRIMARY KEY (collection, key_hash)
);

-- The outbox. What stands in NATS tells what of it was published.
CREATE TABLE event (
  position bigint PRIMARY KEY, -- from 1 without gaps, in the order in which this club came to know: its sequence in NATS
  block bigint NOT NULL,
  index integer NOT NULL,
  n integer NOT NULL, -- place of the write it tells of, among the transaction's writes ordered by collection and key hash
  id text NOT NULL UNIQUE, -- channel:block:index:n
  type text NOT NULL, -- <slice>.<event>
  data json NOT NULL, -- the CloudEvent
  UNIQUE (block, index, n),
  FOREIGN KEY (block, index) REFERENCES transaction
);

-- What the listener says of itself.
CREATE TABLE listener (
  "only" boolean PRIMARY KEY DEFAULT true CHECK ("only"),
  state text NOT NULL CHECK (state IN ('starting', 'following', 'reconnecting', 'halted')),
  reason text NOT NULL DEFAULT '',
  since timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now() -- renewed for as long as the listener lives, whatever its state is
);
INSERT INTO listener (state) VALUES ('starting');
