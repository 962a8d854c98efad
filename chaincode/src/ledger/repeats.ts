import { AlreadyDone, Refusal } from './refusal';
import type { Schemas } from './schemas';

type Marks = Schemas['CommandMarks'];

const keptMarks = 16;

/**
 * Recognises a command that has changed this record before.
 *
 * @throws AlreadyDone with the record as it is
 * @throws Refusal IDEMPOTENCY_MISMATCH when the id came with another request
 */
export function refuseRepeat(record: { commands: Marks }, commandId: string, requestHash: string): void {
  const mark = record.commands.find(({ id }) => id === commandId);
  if (!mark) return;
  if (mark.requestHash !== requestHash) throw new Refusal('IDEMPOTENCY_MISMATCH');
  throw new AlreadyDone(record);
}

/** For the command that creates a record of a caller-made id. @throws also Refusal ID_TAKEN when another command made it */
export function refuseTaken(record: { commands: Marks } | undefined, commandId: string, requestHash: string): void {
  if (!record) return;
  refuseRepeat(record, commandId, requestHash);
  throw new Refusal('ID_TAKEN');
}

export function marked(commands: Marks, commandId: string, requestHash: string): Marks {
  return [...commands, { id: commandId, requestHash }].slice(-keptMarks);
}
