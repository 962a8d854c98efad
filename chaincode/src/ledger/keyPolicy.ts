import { KeyEndorsementPolicy } from 'fabric-shim';

/** A key policy that asks for a peer of each of these organisations, in bytes that depend on nothing but the set. */
export function allOf(mspIds: readonly string[]): Uint8Array {
  const policy = new KeyEndorsementPolicy();
  policy.addOrgs('PEER', ...[...new Set(mspIds)].sort());
  return policy.getPolicy();
}

/**
 * A key policy that asks for a peer of the first organisation and for so many of the others that a majority of all is complete: neither
 * can change the key without the other. `KeyEndorsementPolicy` knows no k of n, so the `common.SignaturePolicyEnvelope` is written here.
 */
export function majorityWith(mspId: string, others: readonly string[]): Uint8Array {
  const sorted = [...new Set(others)].filter((other) => other !== mspId).sort();
  const needed = Math.floor((sorted.length + 1) / 2);
  const rest = nOutOf(
    needed,
    sorted.map((_, i) => signedBy(i + 1)),
  );
  const principals = [mspId, ...sorted].map((organisation) => message([[2, peerRole(organisation)]]));
  return message([[2, nOutOf(2, [signedBy(0), rest])], ...principals.map((principal): Field => [3, principal])]);
}

/** A protobuf field: its number, and an integer or a message. */
type Field = readonly [number, number | Buffer];

const peerRoleType = 3;

const peerRole = (mspId: string): Buffer =>
  message([
    [1, Buffer.from(mspId)],
    [2, peerRoleType],
  ]);
const signedBy = (index: number): Buffer => message([[1, index]]);
const nOutOf = (n: number, rules: readonly Buffer[]): Buffer =>
  message([[2, message([[1, n], ...rules.map((rule): Field => [2, rule])])]]);

function message(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) =>
      typeof value === 'number'
        ? [varint(number << 3), varint(value)]
        : [varint((number << 3) | 2), varint(value.length), value],
    ),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 0x80) return Buffer.from(bytes);
  }
}
