import { Context, Returns, Transaction } from 'fabric-contract-api';
import { performConsortium } from '../ledger/consortiumTransaction';
import { readPublic } from '../ledger/reads';
import { policiesKey } from '../ledger/registry';
import { RoutingContract } from '../ledger/routing';
import type { LedgerOptions } from '../ledger/transaction';
import { policyKey } from './policies';
import { ballotKey, proposalKey } from './proposal';

/** Proposals, votes and the policies they enact. */
export function governanceContract(options: LedgerOptions) {
  class GovernanceContract extends RoutingContract {
    constructor() {
      super('governance');
    }

    @Transaction()
    @Returns('string')
    async circulate(ctx: Context, request: string): Promise<string> {
      return performConsortium(ctx, 'governance.circulate', request, options);
    }

    @Transaction()
    @Returns('string')
    async vote(ctx: Context, request: string): Promise<string> {
      return performConsortium(ctx, 'governance.vote', request, options);
    }

    @Transaction()
    @Returns('string')
    async close(ctx: Context, request: string): Promise<string> {
      return performConsortium(ctx, 'governance.close', request, options);
    }

    @Transaction()
    @Returns('string')
    async execute(ctx: Context, request: string): Promise<string> {
      return performConsortium(ctx, 'governance.execute', request, options);
    }

    @Transaction(false)
    @Returns('string')
    async proposal(ctx: Context, id: string): Promise<string> {
      return readPublic(ctx, proposalKey(id));
    }

    @Transaction(false)
    @Returns('string')
    async ballot(ctx: Context, proposalId: string, club: string): Promise<string> {
      return readPublic(ctx, ballotKey(proposalId, club));
    }

    @Transaction(false)
    @Returns('string')
    async policies(ctx: Context): Promise<string> {
      return readPublic(ctx, policiesKey());
    }

    @Transaction(false)
    @Returns('string')
    async policy(ctx: Context, name: string, version: string): Promise<string> {
      return readPublic(ctx, policyKey(name, version));
    }
  }
  return GovernanceContract;
}
