import { randomBytes } from 'node:crypto';
import type { Club } from './club.js';
import type { Narrator } from './narrator.js';

/** Who takes part, and what the chapters hand on. */
export interface Journey {
  readonly harbour: Club;
  readonly stJulians: Club;
  readonly orchard: Club;
  readonly tell: Narrator;
  /** sealed transactions of this run: what Orchard will look at */
  readonly sealed: { readonly txId: string; readonly blockNumber: number }[];
  /** words that Orchard must find nowhere, by what they are */
  readonly secrets: Map<string, string>;
}

/** One intention; sent again with the same key it is the same. */
export const newKey = (): { header: { 'Idempotency-Key': string } } => ({
  header: { 'Idempotency-Key': randomBytes(16).toString('hex') },
});

/** Notes a transaction of two clubs for the last chapter. */
export function remember<Data extends { ledger: { txId: string; block: number } }>(journey: Journey, data: Data): Data {
  journey.sealed.push({ txId: data.ledger.txId, blockNumber: data.ledger.block });
  return data;
}

export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
