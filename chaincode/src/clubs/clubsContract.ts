import { Context, Returns, Transaction } from 'fabric-contract-api';
import { canonicalJson } from '../ledger/canonicalJson';
import { ConsortiumStore } from '../ledger/consortiumStore';
import { performConsortium } from '../ledger/consortiumTransaction';
import { readPublic } from '../ledger/reads';
import { clubKey, readDirectory, registryKey } from '../ledger/registry';
import { RoutingContract } from '../ledger/routing';
import type { Schemas } from '../ledger/schemas';
import type { LedgerOptions } from '../ledger/transaction';
import { foundRegistry } from './foundRegistry';

/** The registry: who the clubs are and what each says of itself. */
export function clubsContract(founders: readonly Schemas['Founder'][], options: LedgerOptions) {
  class ClubsContract extends RoutingContract {
    constructor() {
      super('clubs');
    }

    @Transaction()
    @Returns('string')
    async found(ctx: Context): Promise<string> {
      return foundRegistry(ctx, founders, options.clock);
    }

    @Transaction()
    @Returns('string')
    async describe(ctx: Context, request: string): Promise<string> {
      return performConsortium(ctx, 'clubs.describe', request, options);
    }

    @Transaction(false)
    @Returns('string')
    async registry(ctx: Context): Promise<string> {
      return readPublic(ctx, registryKey());
    }

    @Transaction(false)
    @Returns('string')
    async club(ctx: Context, id: string): Promise<string> {
      return readPublic(ctx, clubKey(id));
    }

    @Transaction(false)
    @Returns('string')
    async directory(ctx: Context, id: string): Promise<string> {
      return canonicalJson((await readDirectory(new ConsortiumStore(ctx.stub), id)) ?? null);
    }
  }
  return ClubsContract;
}
