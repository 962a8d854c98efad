import type { Context as FabricContext } from 'fabric-contract-api';
import { canonicalJson } from './canonicalJson';
import { readRequest } from './envelope';
import { OwnStores } from './ownStore';
import { AlreadyDone, Refusal } from './refusal';
import { policyAt, readClub, readPolicies, registryKey, requireActive, type Club } from './registry';
import { requireRole, Transaction, type LedgerOptions } from './transaction';

/**
 * Runs a public command: caller, role, form, clock, then the command, then its writes in key order and one event that lists the changes.
 * A command that is refused writes nothing.
 *
 * @returns the command's result as canonical JSON
 * @throws Refusal
 */
export async function performConsortium(
  fabric: FabricContext,
  name: string,
  requestJson: string,
  options: LedgerOptions,
): Promise<string> {
  const command = options.commands.get(name);
  if (command?.store !== 'consortium') throw new Refusal('UNKNOWN_COMMAND');
  const { request, requestHash } = readRequest(Buffer.from(requestJson));
  const transaction = new Transaction(fabric);
  const bound = command.bind(request);
  requireRole(command, bound.actor);
  const { state, nowMs } = transaction;
  const policies = await readPolicies(state);
  transaction.requireTime(policyAt(policies, 'clock-bound-seconds', nowMs), options.clock);
  const callerClub = await clubOf(transaction);
  requireActive(callerClub, command.standings);

  const changes: { slice: string; change: string; id: string }[] = [];
  // Public commands salt nothing: what they write to an own store is compared with public bytes.
  const own = new OwnStores(fabric.stub, Buffer.alloc(0));
  const result = await performed(() =>
    bound.run({
      ...transaction.base(callerClub, policies, requestHash),
      state,
      own: (mspId) => own.of(mspId),
      announce: (slice, change, id) => changes.push({ slice, change, id }),
    }),
  );
  await state.flush();
  await own.flush();
  if (changes.length > 0) fabric.stub.setEvent('changes', Buffer.from(canonicalJson({ changes })));
  return canonicalJson(result ?? null);
}

/** A repeat of a public command tells the record: it is public. */
async function performed(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AlreadyDone) throw new Refusal('ALREADY_DONE', { record: error.record });
    throw error;
  }
}

/** @throws Refusal NOT_FOUNDED, NOT_REGISTERED */
async function clubOf({ state, caller }: Transaction): Promise<Club> {
  const registry = await state.get(registryKey());
  if (!registry) throw new Refusal('NOT_FOUNDED');
  const entry = registry.clubs.find(({ mspId }) => mspId === caller.mspId);
  if (!entry) throw new Refusal('NOT_REGISTERED');
  return readClub(state, entry.id);
}
