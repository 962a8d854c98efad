import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { Client } from '@grpc/grpc-js';

/** What this process signs, and which unary gRPC calls it makes, since `begin`. */
export class CountedCalls {
  #signatures = 0;
  #calls: string[] = [];
  readonly #restore: () => void;

  /** From now until `end` both are counted for the whole process. */
  constructor() {
    const signer: { sign: typeof crypto.sign } = crypto;
    const { sign } = signer;
    const { makeUnaryRequest } = Client.prototype;
    const signed = (): void => {
      this.#signatures += 1;
    };
    const called = (method: unknown): void => {
      this.#calls.push(String(method).split('/').at(-1) ?? '');
    };
    const counting = <Target extends Function>(target: Target, count: (first: unknown) => void): Target =>
      new Proxy(target, {
        apply: (of, self: unknown, args: unknown[]): unknown => {
          count(args[0]);
          return Reflect.apply(of, self, args);
        },
      });
    signer.sign = counting(sign, signed);
    Client.prototype.makeUnaryRequest = counting(makeUnaryRequest, called);
    syncBuiltinESMExports();
    this.#restore = () => {
      signer.sign = sign;
      Client.prototype.makeUnaryRequest = makeUnaryRequest;
      syncBuiltinESMExports();
    };
  }

  /** What `use` costs. */
  async of<Result>(use: () => Promise<Result>): Promise<{ result: Result; signatures: number; calls: string[] }> {
    this.#signatures = 0;
    this.#calls = [];
    const result = await use();
    return { result, signatures: this.#signatures, calls: this.#calls };
  }

  end(): void {
    this.#restore();
  }
}
