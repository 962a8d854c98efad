import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { listen } from '../../src/http/listening.js';
import { thrownBy } from '../thrownBy.js';

const host = '127.0.0.1';

describe('A server that is asked to end', () => {
  /** A server whose answers the test gives when it likes. */
  async function held(): Promise<{
    url: string;
    stop: (ms: number) => Promise<void>;
    next: () => Promise<ServerResponse>;
  }> {
    const waiting: ((response: ServerResponse) => void)[] = [];
    const came: ServerResponse[] = [];
    const { port, stop } = await listen(
      (_request, response) => {
        const take = waiting.shift();
        if (take) take(response);
        else came.push(response);
      },
      { host, port: 0 },
    );
    const next = (): Promise<ServerResponse> => {
      const response = came.shift();
      return response ? Promise.resolve(response) : new Promise((resolve) => waiting.push(resolve));
    };
    return { url: `http://${host}:${port}`, stop, next };
  }

  it('lets what runs finish, and takes no more', async () => {
    const { url, stop, next } = await held();
    const running = fetch(url).then((response) => response.text());
    const response = await next();
    const stopped = stop(10_000);
    await thrownBy(() => fetch(url, { headers: { connection: 'close' } }));
    response.end('finished');
    expect(await running).to.equal('finished');
    await stopped;
  });

  it('does not wait for a client that keeps its connection', async () => {
    const { url, stop, next } = await held();
    const first = fetch(url);
    (await next()).end();
    await (await first).text();
    await stop(10_000);
  });

  it('ends what takes too long', async () => {
    const { url, stop, next } = await held();
    const running = thrownBy(() => fetch(url).then((response) => response.text()));
    await next();
    await stop(1);
    expect(await running).to.be.an('error');
  });

  it('cannot have a port that another has', async () => {
    const { url, stop } = await held();
    const port = Number(new URL(url).port);
    expect((await thrownBy(() => listen(() => {}, { host, port }))).message).to.contain('EADDRINUSE');
    await stop(0);
  });

  it('answers words that are no HTTP with 400', async () => {
    const { url, stop } = await held();
    const socket = connect(Number(new URL(url).port), host);
    socket.write('nonsense\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).to.match(/^HTTP\/1\.1 400 /);
    await stop(0);
  });
});
