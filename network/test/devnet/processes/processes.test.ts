import { status } from '@grpc/grpc-js';
import { EndorseError, StatusCode } from '@hyperledger/fabric-gateway';
import { expect } from 'chai';
import { codesOf, connectTo, endorsed, eventually, failureOf, first, type TestClient } from '../network/client.js';
import { TestNetwork, type TestNode } from '../network/testNetwork.js';
import { SpawnedProcess } from './spawnedProcess.js';

const KILLS = 3;
const PROCESSES_TIMEOUT_MS = 120_000;

interface Health {
  readonly height: number;
  readonly commitHash: string;
  readonly stateHash: string;
  readonly pid: number;
}

describe('Peers and an ordering node as processes', function () {
  this.timeout(PROCESSES_TIMEOUT_MS);

  let network: TestNetwork;
  let clients: TestClient[];
  const processes = new Map<TestNode, SpawnedProcess>();

  before(async () => {
    network = await TestNetwork.create();
    await Promise.all([network.startChaincode(), ...[network.orderer, ...network.clubs].map(start)]);
    clients = network.clubs.map((club) => connectTo(network, club));
  });

  after(async () => {
    for (const one of clients) one.close();
    await Promise.all([...processes.values()].map((one) => one.end('SIGKILL')));
    await network.destroy();
  });

  async function start(node: TestNode): Promise<void> {
    const spawned = new SpawnedProcess(node === network.orderer ? 'orderer' : 'peer', node.configurationPath);
    processes.set(node, spawned);
    await spawned.ready();
  }

  async function end(node: TestNode, signal: NodeJS.Signals): Promise<number | null | undefined> {
    return processes.get(node)?.end(signal);
  }

  function client(index: number): TestClient {
    const found = clients[index];
    if (!found) throw new Error(`no client ${index}`);
    return found;
  }

  async function report(node: TestNode, path: string): Promise<Health> {
    const response = await fetch(`http://127.0.0.1:${node.operationsPort}${path}`);
    expect(response.status).to.equal(200);
    return (await response.json()) as Health;
  }

  /** All peers have the same blocks and the same state after each. */
  async function requireAgreement(): Promise<void> {
    const { height } = await report(network.orderer, '/healthz');
    for (const club of network.clubs)
      expect(await eventually(async () => (await report(club, '/healthz')).height, height), club.name).to.equal(height);
    for (let number = 0; number < height; number++) {
      const reports = await Promise.all(network.clubs.map((club) => report(club, `/state/${number}`)));
      expect(new Set(reports.map(({ stateHash }) => stateHash)).size, `state after block ${number}`).to.equal(1);
      expect(new Set(reports.map(({ commitHash }) => commitHash)).size, `commits to block ${number}`).to.equal(1);
    }
  }

  /** Writes until told to stop; returns the keys whose commit was reported. */
  async function writeUntil(stopped: () => boolean, through: TestClient, prefix: string): Promise<string[]> {
    const reported: string[] = [];
    for (let index = 0; !stopped(); index++) {
      const key = `${prefix}-${index}`;
      try {
        await through.submit('put', key, key);
        reported.push(key);
      } catch (error) {
        expect((error as Error).name).to.be.oneOf(['EndorseError', 'SubmitError', 'CommitStatusError', 'GatewayError']);
      }
    }
    return reported;
  }

  it('tell their health', async () => {
    await client(0).submit('put', 'k', 'v');
    const health = await report(network.club(0), '/healthz');
    expect(health).to.include({ status: 'OK', height: 2, pid: processes.get(network.club(0))?.pid });
    expect(health).to.deep.include({ chaincodes: { plain: 'ready' } });
    const missing = await fetch(`http://127.0.0.1:${network.club(0).operationsPort}/state/1000000`);
    expect(missing.status).to.equal(404);
    await requireAgreement();
  });

  for (const name of ['the own peer', "another club's peer", 'the ordering node'])
    it(`lose no reported commit when ${name} is killed while clients write, and go on by themselves`, async () => {
      const node = { 'the own peer': network.club(0), 'the ordering node': network.orderer }[name] ?? network.club(1);
      for (let kill = 0; kill < KILLS; kill++) {
        let isOver = false;
        const writing = [0, 2].map((index) =>
          writeUntil(() => isOver, client(index), `${name} ${kill} through ${index}`),
        );
        await client(2)
          .submit('put', 'before', String(kill))
          .catch(() => undefined);
        await end(node, 'SIGKILL');
        await start(node);
        await eventually(
          async () =>
            client(0)
              .submit('put', 'after', String(kill))
              .then(
                () => true,
                () => false,
              ),
          true,
        );
        isOver = true;
        const reported = (await Promise.all(writing)).flat();
        expect(reported).to.have.length.greaterThan(0);
        await requireAgreement();
        for (const reader of clients)
          expect(JSON.parse(await reader.evaluate('range', name, `${name}~`))).to.include.members(reported);
      }
    });

  it('catch up when they were away', async () => {
    await end(network.club(2), 'SIGTERM');
    for (let index = 0; index < 20; index++) await client(0).submit('put', `away-${index}`, 'v');
    await start(network.club(2));
    await requireAgreement();
    expect(await client(2).evaluate('get', 'away-19')).to.equal('v');
  });

  it('keep endorsed private values through a kill between endorsement and commit', async () => {
    const transaction = await client(0)
      .contract.newProposal('putPrivate', {
        arguments: ['bilateral', 'survives'],
        transientData: { value: Buffer.from('plaintext') },
        endorsingOrganizations: ['HarbourMSP', 'StJuliansMSP'],
      })
      .endorse();
    await end(network.club(1), 'SIGKILL');
    await start(network.club(1));
    expect(await codesOf(transaction)).to.deep.equal([StatusCode.VALID]);
    const read = (): Promise<string> => client(1).evaluate('getPrivate', 'bilateral', 'survives').catch(String);
    expect(await eventually(read, 'plaintext')).to.equal('plaintext');
  });

  it('answer UNAVAILABLE for a peer and an ordering node that are down', async () => {
    await end(network.club(1), 'SIGTERM');
    const named = await failureOf(
      client(0).contract.submit('put', {
        arguments: ['k', 'v'],
        endorsingOrganizations: ['HarbourMSP', 'StJuliansMSP'],
      }),
    );
    expect(named).to.be.instanceOf(EndorseError);
    expect(named.code).to.equal(status.UNAVAILABLE);
    expect(named.message).to.include('failed to find any endorsing peers for org(s): StJuliansMSP');
    await client(0).submit('put', 'planned around it', 'v');
    await start(network.club(1));

    const transaction = await endorsed(client(0), 'put', 'not ordered', 'v');
    await end(network.orderer, 'SIGTERM');
    const unordered = await failureOf(transaction.submit());
    expect(unordered.code).to.equal(status.UNAVAILABLE);
    expect(unordered.message).to.include('no orderers could successfully process transaction');
    expect(unordered.details[0]?.mspId).to.equal(network.orderer.name);
    await start(network.orderer);
    expect(await eventually(async () => (await codesOf(transaction).catch(() => []))[0], StatusCode.VALID)).to.equal(
      StatusCode.VALID,
    );
  });

  it('fail at once when the chaincode dies, and reach it again when it is back', async () => {
    await client(0).evaluate('get', 'k');
    const startedAtMs = Date.now();
    const dying = await failureOf(client(0).contract.evaluate('die', { endorsingOrganizations: ['HarbourMSP'] }));
    expect(dying.code).to.equal(status.ABORTED);
    expect(dying.details[0]?.message).to.match(/chaincode stream terminated$/);
    const gone = await failureOf(client(0).submit('put', 'k', 'v'));
    expect(gone.code).to.equal(status.ABORTED);
    expect(gone.details[0]?.message).to.include('could not launch chaincode plain_1.0:0123abcd: connection to');
    expect(Date.now() - startedAtMs).to.be.lessThan(2_000);
    await network.startChaincode();
    await client(0).submit('put', 'k', 'v');
  });

  it('end their streams and exit with 0 when they are told to end', async () => {
    const events = await client(2).network.getChaincodeEvents('plain', { startBlock: 0n });
    const interrupted = failureOf(first(events, Number.MAX_SAFE_INTEGER));
    expect(await end(network.club(2), 'SIGTERM')).to.equal(0);
    expect((await interrupted).code).to.equal(status.UNAVAILABLE);
    await start(network.club(2));
    expect(await end(network.orderer, 'SIGINT')).to.equal(0);
    await start(network.orderer);
    await requireAgreement();
  });

  it('say in one line why they cannot start, with an exit code for each reason', async () => {
    const lineOf = async (spawned: SpawnedProcess, code: number): Promise<string> => {
      expect(await spawned.exitCode()).to.equal(code);
      expect(spawned.lines.map(({ level }) => level)).to.deep.equal(['error']);
      return spawned.lines[0]?.message ?? '';
    };
    const { configurationPath, port, dataFolder } = network.club(0);
    const inUse = await lineOf(new SpawnedProcess('peer', configurationPath), 4);
    expect(inUse).to.equal(`${dataFolder} is in use by process ${processes.get(network.club(0))?.pid}`);
    const second = network.withDataFolder(network.club(0), `${dataFolder}-2`);
    expect(await lineOf(new SpawnedProcess('peer', second), 3)).to.equal(`port ${port} is taken by another process`);
    expect(await lineOf(new SpawnedProcess('peer', '/nowhere.json'), 2)).to.include('/nowhere.json');
    expect(await lineOf(new SpawnedProcess('orderer'), 2)).to.include('usage');
    const ofPeer = await lineOf(new SpawnedProcess('orderer', configurationPath), 2);
    expect(ofPeer).to.include("unknown field 'address'");
  });
});
