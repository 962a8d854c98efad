import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { migrationsFolder, readMigrations, schemas } from '../src/migrations.js';

describe('Migration files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'clubs-migrations-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...names: string[]): void => {
    for (const name of names) writeFileSync(join(folder, name), `-- ${name}`);
  };

  it('are read in the order of their numbers, each with its way down', () => {
    write('0002-b.up.sql', '0002-b.down.sql', '0001-a.up.sql', '0001-a.down.sql');
    const [first, second] = readMigrations(folder);
    expect(first).to.include({ number: 1, name: '0001-a', up: '-- 0001-a.up.sql', down: '-- 0001-a.down.sql' });
    expect(second).to.include({ number: 2, name: '0002-b' });
    expect(first?.checksum).not.to.equal(second?.checksum);
  });

  for (const [what, names, message] of [
    ['a number is missing', ['0001-a', '0003-c'], /Migration 2 is missing or given twice in .*: 0003-c\.up\.sql/],
    ['the first is not 1', ['0002-b'], /Migration 1 is missing/],
    ['a number is given twice', ['0001-a', '0001-b'], /Migration 2 is missing or given twice in .*: 0001-b/],
  ] as const)
    it(`are refused when ${what}`, () => {
      write(...names.flatMap((name) => [`${name}.up.sql`, `${name}.down.sql`]));
      expect(() => readMigrations(folder)).to.throw(message);
    });

  it('are refused without a way down, or under another name', () => {
    write('0001-a.up.sql');
    expect(() => readMigrations(folder)).to.throw('Migration 0001-a has no way down: 0001-a.down.sql');
    write('0001-a.down.sql', '2-b.sql');
    expect(() => readMigrations(folder)).to.throw('2-b.sql is not called NNNN-name.up.sql or NNNN-name.down.sql');
  });

  it('of this repository can be read', () => {
    for (const schema of schemas) expect(readMigrations(join(migrationsFolder, schema)), schema).not.to.be.empty;
  });
});
