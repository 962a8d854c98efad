import { createHash, createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { commands as ledgerCommands } from '@reciprocal-clubs/chaincode/contracts.js';
import { canonicalJson } from '@reciprocal-clubs/chaincode/ledger/canonicalJson.js';
import type { Club } from '../club.js';
import { LedgerError } from '../fabric/ledgerError.js';
import { errors } from '../openapi/errors.generated.js';
import { dryRun } from './propose.js';
import { Carrier } from './carrier.js';
import type { Actor, Call, Command } from './command.js';
import { OperationStore, type Answer, type Operation } from './operationStore.js';

/** What a client asks for. */
export interface Submission {
  /** who asks: a reference that only the club can resolve */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly idempotencyKey: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An operation, and its answer if it came in time. */
export interface Outcome {
  readonly operation: string;
  readonly answer: Answer | undefined;
}

const answerMs = 30_000;
const idLength = 32;

/** Takes commands in: each request is carried out once, however often it is sent. */
export class CommandDesk {
  readonly #store: OperationStore;
  readonly #carrier: Carrier;

  constructor(
    private readonly club: Club,
    commands: ReadonlyMap<string, Command>,
  ) {
    this.#store = new OperationStore(club.pool);
    this.#carrier = new Carrier(club, commands, this.#store);
  }

  /** Takes up what an earlier process left, as soon as the database answers. */
  start(): void {
    this.#carrier.start();
  }

  close(): Promise<void> {
    return this.#carrier.close();
  }

  /**
   * Carries a command out, or gives the answer that its first request got. What ended without having been done, and may succeed later,
   * is taken up again.
   *
   * @param patienceMs how long to wait for the answer; the operation goes on after that
   * @throws LedgerError IDEMPOTENCY_MISMATCH when the key came with another request, OPERATION_RUNNING, and what the read model refuses
   */
  async submit(command: Command, submission: Submission, patienceMs: number = answerMs): Promise<Outcome> {
    const requestHash = hashOf(command, submission);
    const known = await this.#store.byKey(submission.subject, submission.idempotencyKey);
    const operation = known ?? (await this.#create(command, submission, requestHash));
    if (operation.requestHash !== requestHash) throw new LedgerError('IDEMPOTENCY_MISMATCH');
    const isNew = operation !== known;
    if (operation.answer && !mayBeTakenUp(operation.answer))
      return { operation: operation.id, answer: operation.answer };
    const isTaken = isNew || (operation.answer !== undefined && (await this.#store.reopen(operation.id)));
    // One that runs may be nobody's: the database kept it, and went away before it said so.
    const carried = this.#carrier.carry(operation.id);
    if (!isTaken) throw new LedgerError('OPERATION_RUNNING', { operation: operation.id });
    const answer = await Promise.race([carried, delay(patienceMs, undefined, { ref: false })]);
    return { operation: operation.id, answer };
  }

  /** Whether the command would change something now. Nothing is submitted. @throws LedgerError as the command would be refused */
  async dryRun(command: Command, submission: Submission): Promise<'ready' | 'unchanged'> {
    const { ledger } = await command.request(this.club, this.#call(command, submission));
    return dryRun(this.club, this.club.ledger[command.signer], command.name, ledger);
  }

  async #create(command: Command, submission: Submission, requestHash: string): Promise<Operation> {
    const { subject, idempotencyKey } = submission;
    const request = await command.request(this.club, this.#call(command, submission));
    const created = await this.#store.create(idempotencyKey, { subject, command: command.name, request, requestHash });
    if (created) return created;
    throw new LedgerError('OPERATION_RUNNING');
  }

  #call(command: Command, { subject, roles, idempotencyKey, params, body }: Submission): Call {
    return {
      actor: { ref: subject, role: actingRole(command, roles) },
      params,
      body,
      id: (what) =>
        createHmac('sha256', this.club.secrets.idempotencyKey)
          .update(canonicalJson([what, subject, idempotencyKey]))
          .digest('hex')
          .slice(0, idLength),
    };
  }
}

/** In which of the caller's roles the command is done: the first that the contract admits. @throws LedgerError ROLE_NOT_ALLOWED */
function actingRole({ name }: Command, roles: readonly string[]): Actor['role'] {
  const admitted: readonly Actor['role'][] = ledgerCommands.get(name)?.roles ?? ['manager'];
  const role = admitted.find((candidate) => roles.includes(candidate));
  // Founding has no actor; who may ask for it stands in openapi/.
  if (!role && ledgerCommands.has(name)) throw new LedgerError('ROLE_NOT_ALLOWED', { roles: admitted });
  return role ?? 'manager';
}

/** Failures that pass: the same key may try again. A refusal of the contracts stands. */
const mayBeTakenUp = (answer: Answer): boolean =>
  'code' in answer && (errors[answer.code].retryable || answer.status >= 500);

/** @throws LedgerError INVALID_REQUEST when a text is no Unicode: it has no canonical form */
function hashOf({ name }: Command, { params, body }: Submission): string {
  try {
    return createHash('sha256')
      .update(canonicalJson([name, { ...params }, body]))
      .digest('hex');
  } catch (error) {
    throw new LedgerError('INVALID_REQUEST', { faults: [{ pointer: '', rule: 'unicode' }] }, { cause: error });
  }
}
