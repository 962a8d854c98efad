import type { Context as FabricContext } from 'fabric-contract-api';
import { canonicalJson } from '../ledger/canonicalJson';
import type { Clock } from '../ledger/clock';
import { sha256Hex } from '../ledger/hash';
import { keyKind } from '../ledger/keys';
import { Refusal } from '../ledger/refusal';
import { clubKey, policiesKey, registryKey } from '../ledger/registry';
import type { Schemas } from '../ledger/schemas';
import { Transaction } from '../ledger/transaction';
import { foundingPolicies, policyKey } from '../governance/policies';

export const foundingKey = keyKind('founding', 'consortium', 'Founding', 0);

const foundingClockBoundSeconds = 300;

/**
 * Founds the registry, once, from the founders' list that is part of the chaincode's package: all founders approved it with the package.
 *
 * Reads and writes `founding`, `registry`, `policies`, `club/<id>` of every founder, `policy/<name>/1` of every policy. Endorsed by the
 * majority of clubs.
 *
 * @throws Refusal ALREADY_FOUNDED, NOT_REGISTERED when the caller's organisation is no founder, CLOCK_OUT_OF_BOUNDS
 */
export async function foundRegistry(
  fabric: FabricContext,
  founders: readonly Schemas['Founder'][],
  clock: Clock,
): Promise<string> {
  const transaction = new Transaction(fabric);
  const { state, caller, nowMs } = transaction;
  if (!founders.some(({ mspId }) => mspId === caller.mspId)) throw new Refusal('NOT_REGISTERED');
  transaction.requireTime(foundingClockBoundSeconds, clock);
  if (await state.get(foundingKey())) throw new Refusal('ALREADY_FOUNDED');

  const foundersHash = sha256Hex(canonicalJson(founders));
  state.put(foundingKey(), { v: 1, foundersHash, atMs: nowMs });
  await state.get(registryKey());
  state.put(registryKey(), { v: 1, clubs: founders.map(({ id, mspId }) => ({ id, mspId })) });
  for (const founder of founders) {
    await state.get(clubKey(founder.id));
    state.put(clubKey(founder.id), { v: 1, status: 'active', statusFromMs: nowMs, ...founder });
  }
  const { policies, versions } = foundingPolicies(nowMs);
  await state.get(policiesKey());
  state.put(policiesKey(), policies);
  for (const version of versions) {
    const key = policyKey(version.name, String(version.version));
    await state.get(key);
    state.put(key, version);
  }
  await state.flush();
  fabric.stub.setEvent(
    'changes',
    Buffer.from(canonicalJson({ changes: [{ slice: 'clubs', change: 'founded', id: foundersHash }] })),
  );
  return canonicalJson({ foundersHash, clubs: founders.map(({ id }) => id) });
}
