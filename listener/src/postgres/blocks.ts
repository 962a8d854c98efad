import { common, peer } from '@hyperledger/fabric-protos';
import type { ClientBase } from 'pg';
import type { BlockContents } from '../blocks/blockContents.js';

type Reader = Pick<ClientBase, 'query'>;

export async function insertBlock(client: ClientBase, contents: BlockContents): Promise<void> {
  const { number, hash, previousHash, dataHash, bytes, transactions } = contents;
  await client.query({
    name: 'insert-block',
    text: 'INSERT INTO projection.block (number, hash, previous_hash, data_hash, bytes) VALUES ($1, $2, $3, $4, $5)',
    values: [number, hash, previousHash, dataHash, bytes],
  });
  const rows = transactions.map(({ txId, type, code, creatorMsp, timeMs, chaincode, name, endorsers }, index) => ({
    ...{ index, type, code, chaincode, name, endorsers },
    tx_id: txId,
    creator_msp: creatorMsp,
    time_ms: timeMs,
  }));
  await client.query({
    name: 'insert-transactions',
    text: `INSERT INTO projection.transaction (block, index, tx_id, type, code, creator_msp, time_ms, chaincode, name, endorsers)
     SELECT $1, index, tx_id, type, code, creator_msp, time_ms, chaincode, name, endorsers
       FROM jsonb_to_recordset($2) AS row (index integer, tx_id text, type integer, code integer, creator_msp text,
            time_ms bigint, chaincode text, name text, endorsers text[])`,
    values: [number, JSON.stringify(rows)],
  });
}

/** Hash of the header of a stored block; undefined when there is none of this number. */
export async function blockHash(client: Reader, number: number): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ hash: Buffer }>('SELECT hash FROM projection.block WHERE number = $1', [
    number,
  ]);
  return rows[0]?.hash;
}

/** Serialized `common.Block`. */
export async function blockBytes(client: Reader, number: number): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ bytes: Buffer }>('SELECT bytes FROM projection.block WHERE number = $1', [
    number,
  ]);
  return rows[0]?.bytes;
}

/** The configuration block that a block of this number is verified by; undefined when there is none before it. */
export async function configurationBefore(client: Reader, number: number): Promise<Buffer | undefined> {
  const { rows } = await client.query<{ bytes: Buffer }>(
    `SELECT b.bytes FROM projection.block b WHERE b.number = (
       SELECT t.block FROM projection.transaction t
        WHERE t.block < $1 AND t.type = $2 AND t.code = $3
          AND NOT EXISTS (SELECT FROM projection.quarantine q WHERE (q.block, q.index) = (t.block, t.index))
        ORDER BY t.block DESC LIMIT 1)`,
    [number, common.HeaderType.CONFIG, peer.TxValidationCode.VALID],
  );
  return rows[0]?.bytes;
}
