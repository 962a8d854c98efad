import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errors, type ErrorCode } from '@reciprocal-clubs/api/openapi/errors.generated.js';
import { expect } from 'chai';

/** Codes that no request over REST can meet on a system that runs as it should, and where else each is tested. */
const beyondRest: Partial<Record<ErrorCode, string>> = {
  UNKNOWN_COMMAND: 'routes are of the command table (api/test/http/commands); test/contracts/sealed',
  NOT_REGISTERED: 'every node is of a club of the registry; test/contracts/registry',
  NOT_A_CLIENT: "a node signs with its club's client; test/contracts/registry",
  NOT_A_PARTY: 'a node names its own club as a party; test/contracts/agreements',
  CLOCK_OUT_OF_BOUNDS: "a transaction's time is this machine's; test/contracts/registry",
  CLUB_NOT_ACTIVE: 'no command suspends a club yet; test/contracts/registry',
  NOT_ON_THE_ROLL: 'no command suspends a club yet; test/contracts/governance',
  DIVERGED: 'both halves are written by one transaction; it takes a club that lies: test/contracts/liars',
  RECORD_INVALID: 'it takes a chaincode that is altered; test/contracts/sealed',
  ID_TAKEN: 'ids are made of who asks and the key, which name one request; test/contracts/agreements',
  EXECUTION_EXPIRED: 'the shortest window is an hour; test/contracts/governance',
  ALREADY_DONE: 'it is answered with the record: `event: undefined` in the tests beside this one',
  STALE_READ: 'it passes, and is tried again: journeys/cost',
  CONFLICT: 'it passes, and is tried again; api/test/fabric/retry',
  POLICY_NOT_MET: 'it passes, and is tried again; api/test/operations/commandDesk',
  ENDORSEMENT_MISMATCH: 'it passes, and is tried again; api/test/fabric/gatewayErrors',
  TOO_BUSY: 'it passes, and is tried again; api/test/fabric/gatewayErrors',
  IDENTITY_REFUSED: 'the network knows every club; api/test/fabric/gatewayErrors',
  ORDERING_UNAVAILABLE: 'ordering that is away cannot say no: the operation goes on; api/test/operations/commandDesk',
  TRANSACTION_INVALID: 'it takes a network that rejects what it endorsed; api/test/operations/commandDesk',
  INTERNAL: 'it is a defect; api/test/http/problem',
  READ_MODEL_BEHIND: 'a listener that is away for long; api/test/operations/commandDesk',
  PEERS_DISAGREE: 'it passes, unless a peer lies; api/test/operations/commandDesk',
  PEER_BEHIND: 'a peer restored from a copy; api/test/operations/commandDesk',
};

/** In the compiled tests beside this one. */
const expectedRefusals = (): Set<string> => {
  const folders = [import.meta.dirname, join(import.meta.dirname, '..')];
  const tests = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.test.js') && !import.meta.filename.endsWith(file))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );
  return new Set(
    [...tests.join('\n').matchAll(/(?:[rR]efused\(|\[)\s*'([A-Z_]{6,})',/g)].map(([, code]) => code ?? ''),
  );
};

describe('The error catalogue', () => {
  it('is met over REST, code by code, or the reason is known why it is not', () => {
    const met = expectedRefusals();
    const codes = Object.keys(errors) as ErrorCode[];
    expect(codes.filter((code) => !met.has(code) && beyondRest[code] === undefined)).to.deep.equal([]);
    expect(codes.filter((code) => met.has(code) && beyondRest[code] !== undefined)).to.deep.equal([]);
  });
});
