import { Contract, type Context } from 'fabric-contract-api';
import { maxRequestBytes } from './limits';
import { Refusal } from './refusal';

/** A contract that only routes. The one place through which every transaction of every contract goes. */
export abstract class RoutingContract extends Contract {
  /** @throws Refusal REQUEST_TOO_LARGE before anything is parsed */
  override async aroundTransaction(ctx: Context, fn: Function, parameters: unknown): Promise<void> {
    if (ctx.stub.getArgs().some((argument) => Buffer.byteLength(argument) > maxRequestBytes))
      throw new Refusal('REQUEST_TOO_LARGE');
    return super.aroundTransaction(ctx, fn, parameters);
  }

  override unknownTransaction(): Promise<void> {
    throw new Refusal('UNKNOWN_COMMAND');
  }
}
