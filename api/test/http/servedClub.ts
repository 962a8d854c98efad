import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createLogger, transports } from 'winston';
import { clubApp } from '../../src/app.js';
import type { Club } from '../../src/club.js';
import { issueToken } from '../../src/http/issueToken.js';
import { listen, type Listening } from '../../src/http/listening.js';
import { Node } from '../operations/node.js';
import { requireProblem } from './problems.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** parsed when it is JSON */
  readonly body: unknown;
}

export interface Ask {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** text and bytes go out as they are, everything else as JSON */
  readonly body?: unknown;
}

/** A club's API on a port of its own, over the club's real database; every answer is held against the OpenAPI document. */
export class ServedClub {
  readonly lines: string[] = [];
  isStopping = false;
  peerHeight = 0;

  private constructor(
    readonly node: Node,
    readonly club: Club,
    private readonly folder: string,
    private readonly ref: { listening?: Listening },
  ) {}

  static async open(): Promise<ServedClub> {
    const node = await Node.open();
    const folder = mkdtempSync(join(tmpdir(), 'served-club-'));
    const stream = new PassThrough();
    const height = (): Promise<number> => Promise.resolve(served.peerHeight);
    const club: Club = {
      ...node.club,
      secrets: { ...node.club.secrets, tokenKeyFolder: join(folder, 'secrets') },
      ledger: { ...node.club.ledger, client: { ...node.club.ledger.client, height } },
      log: createLogger({ level: 'debug', transports: [new transports.Stream({ stream: stream as Writable })] }),
    };
    const served: ServedClub = new ServedClub(node, club, folder, {});
    stream.on('data', (line: Buffer) => served.lines.push(line.toString('utf8')));
    const isStopping = (): boolean => served.isStopping;
    const app = await clubApp(club, node.desk, { channel: 'clubs', validateResponses: true, isStopping });
    served.ref.listening = await listen(app, { host: '127.0.0.1', port: 0 });
    return served;
  }

  get listening(): Listening {
    if (!this.ref.listening) throw new Error('it does not listen yet');
    return this.ref.listening;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listening.port}`;
  }

  token(...roles: string[]): Promise<string> {
    return issueToken({ folder: this.club.secrets.tokenKeyFolder, clubId: this.club.id, subject: 'staff-1', roles });
  }

  /** Asks, and holds what every answer must have against this one. */
  async ask(method: string, path: string, { token, headers = {}, body }: Ask = {}): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      body: isJson && text ? JSON.parse(text) : text,
    };
    expect(answer.headers.get('correlation-id')).to.match(/^[A-Za-z0-9_-]{8,64}$/);
    expect(answer.headers.get('ledger-height')).to.match(/^\d+$/);
    if (method !== 'HEAD' && answer.headers.get('content-type')?.startsWith('application/problem+json'))
      requireProblem(answer);
    return answer;
  }

  async close(): Promise<void> {
    await this.ref.listening?.stop(0);
    await this.node.close();
    rmSync(this.folder, { recursive: true });
  }
}
