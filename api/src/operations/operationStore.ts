import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Endorsed } from '../fabric/ledgerClient.js';
import type { ErrorCode } from '../openapi/errors.generated.js';
import type { Request } from './command.js';

/** What a client is told in the end: the record, or why it was not done. */
export type Answer =
  | { readonly status: number; readonly body: object; readonly headers: Readonly<Record<string, string>> }
  | { readonly status: number; readonly code: ErrorCode; readonly details: Readonly<Record<string, unknown>> };

/** A command that a client asked for. */
export interface Operation {
  readonly id: string;
  readonly subject: string;
  readonly command: string;
  readonly request: Request;
  readonly requestHash: string;
  readonly answer: Answer | undefined;
}

/** One transaction that was made for it. */
export interface Attempt {
  readonly n: number;
  readonly txId: string;
  readonly envelope: Buffer;
  /** of the read model when it was endorsed */
  readonly height: number;
  /** undefined until the listener has seen its block */
  readonly verdict: { readonly block: number; readonly code: number } | undefined;
}

interface OperationRow {
  id: string;
  subject: string;
  command: string;
  request: Request;
  request_hash: Buffer;
  answer: Answer | null;
}

/** Tables `records.operation` and `records.attempt`. */
export class OperationStore {
  constructor(private readonly pool: pg.Pool) {}

  async byKey(subject: string, key: string): Promise<Operation | undefined> {
    const { rows } = await this.pool.query<OperationRow>(
      'SELECT * FROM records.operation WHERE subject = $1 AND idempotency_key = $2',
      [subject, key],
    );
    return rows[0] && operationOf(rows[0]);
  }

  async byId(id: string): Promise<Operation | undefined> {
    const { rows } = await this.pool.query<OperationRow>('SELECT * FROM records.operation WHERE id = $1', [id]);
    return rows[0] && operationOf(rows[0]);
  }

  async running(): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>(
      `SELECT id FROM records.operation WHERE state = 'running' ORDER BY created_at`,
    );
    return rows.map(({ id }) => id);
  }

  /** @returns the operation, or undefined when another request with this key came first */
  async create(key: string, operation: Omit<Operation, 'id' | 'answer'>): Promise<Operation | undefined> {
    const id = randomBytes(16).toString('hex');
    const { subject, command, request, requestHash } = operation;
    const { rowCount } = await this.pool.query(
      `INSERT INTO records.operation (id, subject, idempotency_key, request_hash, command, request, state)
       VALUES ($1, $2, $3, $4, $5, $6, 'running') ON CONFLICT DO NOTHING`,
      [id, subject, key, Buffer.from(requestHash, 'hex'), command, JSON.stringify(request)],
    );
    return rowCount === 1 ? { id, ...operation, answer: undefined } : undefined;
  }

  /** Takes up again what ended without having been done. @returns false when another request took it up first */
  async reopen(id: string): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `UPDATE records.operation SET state = 'running', status = NULL, answer = NULL, finished_at = NULL
        WHERE id = $1 AND state = 'done'`,
      [id],
    );
    return rowCount === 1;
  }

  async finish(id: string, answer: Answer): Promise<void> {
    await this.pool.query(
      `UPDATE records.operation SET state = 'done', status = $2, answer = $3, finished_at = now()
        WHERE id = $1 AND state = 'running'`,
      [id, answer.status, JSON.stringify(answer)],
    );
  }

  async lastAttempt(operationId: string): Promise<Attempt | undefined> {
    const { rows } = await this.pool.query<AttemptRow>(
      'SELECT n, tx_id, envelope, height, block, code FROM records.attempt WHERE operation = $1 ORDER BY n DESC LIMIT 1',
      [operationId],
    );
    return rows[0] && attemptOf(rows[0]);
  }

  /** Keeps an envelope before it is sent. */
  async addAttempt(
    operationId: string,
    n: number,
    { txId, envelope, endorsers }: Endorsed,
    height: number,
  ): Promise<void> {
    await this.pool.query(
      'INSERT INTO records.attempt (operation, n, tx_id, envelope, endorsers, height) VALUES ($1, $2, $3, $4, $5, $6)',
      [operationId, n, txId, Buffer.from(envelope), [...endorsers], height],
    );
  }

  /** Notes that a process goes on with an envelope that another one made. @returns false when that one has forgotten it meanwhile */
  async takeUp(operationId: string, n: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'UPDATE records.attempt SET taken_up = true WHERE operation = $1 AND n = $2',
      [operationId, n],
    );
    return rowCount === 1;
  }

  /** Forgets an envelope that certainly was not ordered. @returns false when another process may have sent it meanwhile */
  async dropAttempt(operationId: string, n: number): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      'DELETE FROM records.attempt WHERE operation = $1 AND n = $2 AND block IS NULL AND NOT taken_up',
      [operationId, n],
    );
    return rowCount === 1;
  }
}

interface AttemptRow {
  n: number;
  tx_id: string;
  envelope: Buffer;
  height: number;
  block: number | null;
  code: number | null;
}

const attemptOf = ({ n, tx_id: txId, envelope, height, block, code }: AttemptRow): Attempt => ({
  n,
  txId,
  envelope,
  height,
  verdict: block === null || code === null ? undefined : { block, code },
});

const operationOf = ({ id, subject, command, request, request_hash: hash, answer }: OperationRow): Operation => ({
  id,
  subject,
  command,
  request,
  requestHash: hash.toString('hex'),
  answer: answer ?? undefined,
});
