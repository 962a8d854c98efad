import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOrganizationFolders, organizationPaths, readPublicOrganization } from '../certificates/folders.js';
import { clubOrganization, organizationsOf, type Organization } from '../certificates/organization.js';
import type { Club, Consortium } from '../consortium.js';
import { createGenesisBlock } from '../genesis/genesisBlock.js';

/** The folder was made from another consortium file: its keys and its ledger are of other clubs. */
export class OtherConsortiumError extends Error {
  override readonly name = 'OtherConsortiumError';

  constructor(folder: string) {
    super(`${folder} was made from another consortium.yaml. Wipe it with: npm run reset -- --data ${inShell(folder)}`);
  }
}

/** The folder holds something, and none of it was made by a start. */
export class ForeignFolderError extends Error {
  override readonly name = 'ForeignFolderError';

  constructor(folder: string) {
    super(
      `${folder} holds other files and no network of this project. Name an empty folder, or one that is not there yet.`,
    );
  }
}

/** Everything that a network on this machine keeps: keys, ledgers, logs. Its owner's alone. */
export class DataFolder {
  constructor(
    readonly path: string,
    readonly consortium: Consortium,
  ) {}

  readonly #in = (...parts: string[]): string => join(this.path, ...parts);

  get genesisBlock(): string {
    return this.#in('genesis.block');
  }

  get profile(): string {
    return this.#in('profile.json');
  }

  log(process: string): string {
    return this.#in('logs', `${process}.log`);
  }

  configuration(process: string): string {
    return this.#in('configuration', `${process}.json`);
  }

  ledger(process: string): string {
    return this.#in('ledgers', process);
  }

  secrets({ id }: Club): string {
    return this.#in('secrets', id);
  }

  /** The password of one of the club's roles in Postgres, or of one of its users at NATS. */
  password(club: Club, server: 'postgres' | 'nats', role: string): string {
    return join(this.secrets(club), `${server}-${role}.password`);
  }

  get postgres() {
    return {
      data: this.#in('postgres'),
      passwordFile: this.#in('secrets', 'postgres.password'),
      runnerFile: this.#in('configuration', 'postgres.runner'),
    };
  }

  get nats() {
    return {
      store: this.#in('nats'),
      configuration: this.#in('configuration', 'nats.conf'),
      runnerFile: this.#in('configuration', 'nats.runner'),
    };
  }

  /** An organisation's own keys. */
  keysOf(organization: Organization) {
    return organizationPaths(this.#in('keys'), organization);
  }

  /** What is public of a club, which every other club may read. */
  shared(club: Club) {
    return organizationPaths(this.#in('shared'), clubOrganization(club));
  }

  clubKeys(club: Club) {
    return this.keysOf(clubOrganization(club));
  }

  /**
   * Makes what is missing: keys of every organisation, the genesis block. What is there stays; a killed run is simply run again.
   *
   * @throws OtherConsortiumError, ForeignFolderError
   */
  async prepare(now: Date): Promise<void> {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    this.#requireOwn();
    const organizations = organizationsOf(this.consortium);
    await createOrganizationFolders(
      organizations,
      { privateTree: this.#in('keys'), sharedTree: this.#in('shared') },
      now,
    );
    if (existsSync(this.genesisBlock)) return;
    const publicOrganizations = organizations.map((organization) =>
      readPublicOrganization(this.#in('shared'), organization),
    );
    writeAtOnce(
      this.genesisBlock,
      createGenesisBlock(this.consortium, publicOrganizations, { consensus: 'devnet', now }),
    );
  }

  #requireOwn(): void {
    const mark = this.#in('network.json');
    const hash = createHash('sha256').update(JSON.stringify(this.consortium)).digest('hex');
    if (!existsSync(mark) && readdirSync(this.path).some((name) => !/^lock|^network\.json/.test(name)))
      throw new ForeignFolderError(this.path);
    if (!existsSync(mark)) writeAtOnce(mark, `${JSON.stringify({ network: 'devnet', consortium: hash })}\n`);
    const { consortium } = JSON.parse(readFileSync(mark, 'utf8')) as { consortium: string };
    if (consortium !== hash) throw new OtherConsortiumError(this.path);
  }
}

/** Complete or not at all, whenever the process is killed. */
export function writeAtOnce(path: string, content: string | Uint8Array): void {
  writeFileSync(`${path}.unfinished`, content, { mode: 0o600 });
  renameSync(`${path}.unfinished`, path);
}

/** One word of a shell's command line. */
export function inShell(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
