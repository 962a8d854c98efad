import type { Context as FabricContext } from 'fabric-contract-api';
import { canonicalJson } from './canonicalJson';
import { readCaller } from './caller';
import { ConsortiumStore } from './consortiumStore';
import { readRequest } from './envelope';
import { kindOf, type Key } from './keys';
import { ownCollection } from './ports';
import { parseJson } from './record';
import { Refusal } from './refusal';
import { hasSchema, schemaFaults } from './schemas';

/** One public record as canonical JSON, `null` when there is none. */
export async function readPublic(fabric: FabricContext, key: Key): Promise<string> {
  const record = await new ConsortiumStore(fabric.stub).get(key);
  return canonicalJson(record ?? null);
}

const defaultPage = 50;

/**
 * A page of the caller's own half of private records, in key order, as canonical JSON `{records: [{key, record}], after}`; `after` is
 * null on the last page. Evaluate only, on the caller's own peer: Fabric lets no other client read the collection.
 *
 * @throws Refusal INVALID_REQUEST
 */
export async function listPrivate(fabric: FabricContext): Promise<string> {
  const { request } = readRequest(fabric.stub.getTransient().get('request') ?? new Uint8Array());
  if (!hasSchema('ListRecords', request))
    throw new Refusal('INVALID_REQUEST', { faults: schemaFaults('ListRecords', request) });
  const { kind, after, limit = defaultPage } = request;
  const collection = ownCollection(readCaller(fabric.clientIdentity).mspId);
  // '0' follows '/' in ASCII: the range holds exactly the keys of this kind.
  const range = fabric.stub.getPrivateDataByRange(
    collection,
    after === undefined ? `${kind}/` : `${after}\u0001`,
    `${kind}0`,
  );
  const records: { key: string; record: unknown }[] = [];
  for await (const { key, value } of range) {
    if (records.length === limit) return canonicalJson({ records, after: records.at(-1)?.key ?? null });
    if (kindOf(key)) records.push({ key, record: parseJson(value) ?? null });
  }
  return canonicalJson({ records, after: null });
}
