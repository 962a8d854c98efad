import { randomBytes } from 'node:crypto';
import type { Gateway, Network } from '@hyperledger/fabric-gateway';
import { PeerConnection } from '@reciprocal-clubs/api/fabric/connection.js';
import type { Club } from './club.js';
import type { Journey } from './journey.js';
import { traces } from './traces.js';

/** One way in: an identity of Orchard on one club's peer. */
interface Door {
  readonly name: string;
  readonly gateway: Gateway;
  readonly network: Network;
}

/**
 * Orchard looks for all it can get of what Harbour and St Julian's did: with its own peer and on Harbour's, as client and as
 * administrator, by every service a peer has.
 */
export async function privacy(journey: Journey): Promise<void> {
  const { orchard, harbour, tell, secrets } = journey;
  tell.chapter('What Orchard can learn');
  for (const name of ['agreements.propose', 'agreements.accept', 'passes.issue', 'passes.revoke', 'visits.check'])
    secrets.set(`the command ${name}`, name);
  tell.note(`Looked for: ${[...secrets.keys()].join(', ')}.`);
  for (const peerOf of [orchard, harbour]) {
    const connection = new PeerConnection(peerOf.profile.peer, orchard.profile.mspId);
    try {
      for (const identity of ['client', 'admin'] as const) {
        const gateway = connection.as(orchard.profile[identity]);
        await search(journey, {
          name: `${identity} on ${peerOf.name}'s peer`,
          gateway,
          network: gateway.getNetwork(orchard.network.channel),
        });
      }
    } finally {
      connection.close();
    }
  }
  await ownNode(journey);
  await control(journey);
  for (const line of await traces(journey)) tell.note(line);
}

async function search(journey: Journey, door: Door): Promise<void> {
  const { tell, secrets } = journey;
  const last = Math.max(...journey.sealed.map(({ blockNumber }) => blockNumber));
  const finds = (service: string, found: readonly Uint8Array[]): void => {
    const bytes = found.reduce((sum, { length }) => sum + length, 0);
    tell.holds(
      `As ${door.name}, ${service} (${found.length} answers, ${bytes} bytes) tells of it`,
      secretsIn(found, secrets),
      [],
    );
  };
  finds(
    'Deliver',
    await stream(await door.network.getBlockEvents({ startBlock: 0n }), last, (block) =>
      block.getHeader()?.getNumber(),
    ),
  );
  finds(
    'DeliverFiltered',
    await stream(await door.network.getFilteredBlockEvents({ startBlock: 0n }), last, (block) => block.getNumber()),
  );
  finds(
    'DeliverWithPrivateData',
    await stream(await door.network.getBlockAndPrivateDataEvents({ startBlock: 0n }), last, (both) =>
      both.getBlock()?.getHeader()?.getNumber(),
    ),
  );
  finds('qscc', await blocksAndTransactions(journey, door));
  finds('Evaluate, refusals included,', await evaluations(journey, door));
}

/** Orchard's own node: its registers, and every event that it heard in this run. */
async function ownNode({ orchard, tell, secrets }: Journey): Promise<void> {
  const node = orchard.as('auditor');
  const registers = [await node.GET('/agreements'), await node.GET('/passes'), await node.GET('/visits')];
  const answers = [...registers.map(({ data }) => data), orchard.inbox.events].map((one) =>
    Buffer.from(JSON.stringify(one)),
  );
  // Events of the clubs' public business have times, and a time has a date.
  const looked = new Map([...secrets].filter(([what]) => what !== 'business date'));
  tell.holds("Orchard's own registers and events tell of it", secretsIn(answers, looked), []);
  tell.holds('They are not empty of what is public: events it heard', orchard.inbox.events.length > 0, true);
}

/** The same search as Harbour finds what Harbour may read: the search is able to find. */
async function control({ harbour, sealed, tell, secrets }: Journey): Promise<void> {
  const connection = new PeerConnection(harbour.profile.peer, harbour.profile.mspId);
  try {
    const network = connection.as(harbour.profile.client).getNetwork(harbour.network.channel);
    const last = Math.max(...sealed.map(({ blockNumber }) => blockNumber));
    const blocks = await network.getBlockAndPrivateDataEvents({ startBlock: 0n });
    const found = secretsIn(await stream(blocks, last, (both) => both.getBlock()?.getHeader()?.getNumber()), secrets);
    const readable = ['agreement id', 'pseudonym', 'exclusion tag', 'pass id', 'business date'];
    tell.holds(
      'The same search as Harbour on its own peer tells of',
      readable.filter((what) => found.includes(what)),
      readable,
    );
  } finally {
    connection.close();
  }
}

async function stream<B extends { serializeBinary(): Uint8Array }>(
  blocks: AsyncIterable<B> & { close(): void },
  last: number,
  numberOf: (block: B) => number | undefined,
): Promise<Uint8Array[]> {
  const seen: Uint8Array[] = [];
  try {
    for await (const block of blocks) {
      seen.push(block.serializeBinary());
      if ((numberOf(block) ?? 0) >= last) break;
    }
  } finally {
    blocks.close();
  }
  return seen;
}

async function blocksAndTransactions({ sealed, orchard }: Journey, { network }: Door): Promise<Uint8Array[]> {
  const qscc = network.getContract('qscc');
  const { channel } = orchard.network;
  const answers: Uint8Array[] = [];
  for (const { txId, blockNumber } of sealed) {
    answers.push(await qscc.evaluateTransaction('GetTransactionByID', channel, txId));
    answers.push(await qscc.evaluateTransaction('GetBlockByNumber', channel, String(blockNumber)));
    answers.push(await qscc.evaluateTransaction('GetBlockByTxID', channel, txId));
  }
  return answers;
}

/** Every evaluation a contract offers, with Harbour's peer named as endorser. What is refused tells by its words, if by anything. */
async function evaluations(journey: Journey, { network }: Door): Promise<Uint8Array[]> {
  const { harbour, stJulians, orchard } = journey;
  const contract = network.getContract(orchard.network.chaincode);
  const answers: Uint8Array[] = [];
  for (const endorser of [harbour, orchard]) {
    for (const { transaction, transientData } of questions(harbour, stJulians)) {
      const options = { arguments: ['1'], transientData, endorsingOrganizations: [endorser.profile.mspId] };
      answers.push(
        await contract
          .evaluate(transaction, options)
          .catch((error: unknown) => Buffer.from(JSON.stringify(error) + String(error))),
      );
    }
  }
  return answers;
}

function questions(home: Club, host: Club) {
  const kinds = ['pair', 'agreement', 'terms', 'pass', 'usage', 'visit', 'act', 'presence', 'marker'];
  const lists = kinds.map((kind) => ({
    transaction: 'sealed:list',
    transientData: { request: JSON.stringify({ kind }) },
  }));
  const parties = [home.id, host.id];
  const request = JSON.stringify({
    actor: { ref: 'staff-manager', role: 'manager' },
    parties,
    commandId: randomBytes(16).toString('hex'),
    agreementId: randomBytes(16).toString('hex'),
    termsHash: '0'.repeat(64),
  });
  return [
    ...lists,
    {
      transaction: 'sealed:prepare',
      transientData: { command: 'agreements.accept', request, fresh: Buffer.alloc(32) },
    },
  ];
}

/** Which of the words occur, as text or, of hexadecimal ones, as bytes. */
export function secretsIn(answers: readonly Uint8Array[], secrets: ReadonlyMap<string, string>): string[] {
  const haystack = Buffer.concat(answers);
  return [...secrets]
    .filter(([, word]) => haystack.includes(word) || (isHex(word) && haystack.includes(Buffer.from(word, 'hex'))))
    .map(([what]) => what);
}

const isHex = (word: string): boolean => /^([0-9a-f]{2}){16,}$/.test(word);
