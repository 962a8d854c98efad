import { Context, Returns, Transaction } from 'fabric-contract-api';
import { listPrivate } from './reads';
import { Refusal } from './refusal';
import { RoutingContract } from './routing';
import { prepareSealed, submitSealed } from './sealedTransaction';
import type { LedgerOptions } from './transaction';

const envelopeVersion = '1';

/** Commands of two clubs or of one. What they are stands in transient data, under one transaction name. */
export function sealedContract(options: LedgerOptions) {
  class SealedContract extends RoutingContract {
    constructor() {
      super('sealed');
    }

    @Transaction()
    @Returns('string')
    async submit(ctx: Context, version: string): Promise<string> {
      requireVersion(version);
      return submitSealed(ctx, options);
    }

    @Transaction(false)
    @Returns('string')
    async prepare(ctx: Context, version: string): Promise<string> {
      requireVersion(version);
      return prepareSealed(ctx, options);
    }

    @Transaction(false)
    @Returns('string')
    async list(ctx: Context, version: string): Promise<string> {
      requireVersion(version);
      return listPrivate(ctx);
    }
  }
  return SealedContract;
}

function requireVersion(version: string): void {
  if (version !== envelopeVersion)
    throw new Refusal('INVALID_REQUEST', { faults: [{ pointer: '/version', rule: 'const' }] });
}
