import type { Schemas } from '@reciprocal-clubs/openapi/types';
import type pg from 'pg';
import { factsOf, problemBody, ProblemError } from '../http/problem.js';
import { codeName } from '../registers/transactions.js';
import type { Answer } from './operationStore.js';

type OperationView = Schemas['OperationView'];

interface Row {
  id: string;
  command: string;
  state: OperationView['state'];
  created_at: Date;
  finished_at: Date | null;
  answer: Answer | null;
  attempts: { n: number; txId: string; endorsers: string[]; block: number | null; code: number | null }[];
}

/**
 * What became of a command, for who asked for it.
 *
 * @param correlationId of the request that asks now
 * @throws ProblemError RECORD_NOT_FOUND when the subject has no such operation
 */
export async function requireOperation(
  pool: pg.Pool,
  { id, subject, correlationId }: { id: string; subject: string; correlationId: string },
): Promise<OperationView> {
  const { rows } = await pool.query<Row>(
    `SELECT o.id, o.command, o.state, o.created_at, o.finished_at, o.answer,
            coalesce((SELECT json_agg(json_build_object('n', a.n, 'txId', a.tx_id, 'endorsers', a.endorsers,
                                                        'block', a.block, 'code', a.code) ORDER BY a.n)
                        FROM records.attempt a WHERE a.operation = o.id), '[]') AS attempts
       FROM records.operation o WHERE o.id = $1 AND o.subject = $2`,
    [id, subject],
  );
  const [row] = rows;
  if (!row) throw new ProblemError('RECORD_NOT_FOUND');
  return viewOf(row, correlationId);
}

const viewOf = (row: Row, correlationId: string): OperationView => ({
  id: row.id,
  command: row.command,
  state: row.state,
  createdAtMs: row.created_at.getTime(),
  ...(row.finished_at && { finishedAtMs: row.finished_at.getTime() }),
  attempts: row.attempts.map(({ n, txId, endorsers, block, code }) => ({
    n,
    txId,
    endorsers,
    ...(block !== null && { block }),
    ...(code !== null && { code: codeName(code) }),
  })),
  ...(row.answer && { answer: { status: row.answer.status, body: bodyOf(row.answer, row.id, correlationId) } }),
});

function bodyOf(answer: Answer, operation: string, correlationId: string): Record<string, unknown> {
  if ('body' in answer) return { ...answer.body };
  return { ...problemBody(new ProblemError(answer.code, { ...factsOf(answer.details), operation }), correlationId) };
}
