import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { loadConsortium, type Club } from '../src/consortium.js';
import { InvalidFileError } from '../src/strictYaml.js';
import { consortiumOf } from './consortiumOf.js';
import { CONSORTIUM_FILE } from './fixtures.js';

const HOUR_MS = 3_600_000;

/** The zone's UTC offset, as the runtime's zone database knows it. */
function offsetMinutes(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (atMs) => {
    const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    const size = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
    return sign === '-' ? -size : size;
  };
}

function writtenOffset({ offsets }: Club, atMs: number): number | undefined {
  return offsets.findLast(({ fromMs }) => fromMs <= atMs)?.offsetMinutes;
}

describe('consortium.yaml', () => {
  const consortium = loadConsortium(CONSORTIUM_FILE);

  it('names the three clubs and the channel', () => {
    expect(consortium.channel).to.equal('clubs');
    const told = consortium.clubs.map(({ id, mspId, zone, currency }) => [id, mspId, zone, currency].join(' '));
    expect(told).to.deep.equal([
      'harbour HarbourMSP America/New_York USD',
      'stjulians StJuliansMSP Europe/London GBP',
      'orchard OrchardMSP Asia/Singapore SGD',
    ]);
  });

  it('has an ordering node per club and one of the office, which devnet runs', () => {
    expect(consortium.orderingNodes.map(({ club }) => club)).to.deep.equal([
      'harbour',
      'stjulians',
      'orchard',
      undefined,
    ]);
    expect(consortium.devnetNode).to.equal('office');
  });

  for (const club of consortium.clubs)
    it(`has the offsets of ${club.zone} from 2025 through 2031`, () => {
      const actual = offsetMinutes(club.zone);
      expect(consortium.offsetsEndMs).to.equal(Date.UTC(2032, 0, 1));
      for (let atMs = Date.UTC(2025, 0, 1); atMs < consortium.offsetsEndMs; atMs += 6 * HOUR_MS)
        expect(writtenOffset(club, atMs), new Date(atMs).toISOString()).to.equal(actual(atMs));
      for (const { fromMs } of club.offsets.slice(1)) {
        expect(writtenOffset(club, fromMs)).to.equal(actual(fromMs));
        expect(writtenOffset(club, fromMs - 1)).to.equal(actual(fromMs - 1));
        expect(actual(fromMs)).to.not.equal(actual(fromMs - 1));
      }
    });
});

describe('A consortium file', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'consortium-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  /** Loads the real file after a change at one place, given as a path of keys. */
  function loadChanged(path: readonly (string | number)[], value: unknown): unknown {
    const document: unknown = parse(readFileSync(CONSORTIUM_FILE, 'utf8'));
    const parent = path.slice(0, -1).reduce<unknown>((place, key) => Reflect.get(Object(place), key), document);
    const last = path.at(-1) ?? '';
    if (value === undefined) Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, value);
    return loadText(stringify(document));
  }

  function loadText(text: string): unknown {
    const file = join(folder, 'consortium.yaml');
    writeFileSync(file, text);
    return loadConsortium(file);
  }

  for (const [what, path, value, message] of [
    ['an unknown field', ['colour'], 'red', "unknown field 'colour'"],
    ['an unknown field of a club', ['clubs', 1, 'motto'], 'x', "clubs[1]: unknown field 'motto'"],
    ['a missing field', ['clubs', 0, 'currency'], undefined, 'clubs[0].currency: expected a currency code'],
    ['no batch', ['batch'], undefined, 'batch: expected a mapping, found nothing'],
    ['one club', ['clubs'], [], 'clubs: expected a list of at least 2'],
    ['text for a number', ['clubs', 0, 'rollHour'], '4', 'clubs[0].rollHour: expected a whole number from 0 to 23'],
    ['a port that the system hands out', ['clubs', 0, 'peerPort'], 40_000, 'from 1024 to 32767, found 40000'],
    ['a zone that is none', ['clubs', 0, 'zone'], 'Europe/Atlantis', "'Europe/Atlantis' is no IANA time zone"],
    ['offsets out of order', ['clubs', 0, 'offsets', 2, 'fromMs'], 5, 'clubs[0].offsets[2].fromMs: expected a whole'],
    ['offsets beyond their end', ['offsetsEndMs'], 1_735_689_600_001, 'offsets[1].fromMs: expected a whole number'],
    ['another rule than the majority', ['policies', 'endorsement'], 'ANY Endorsement', 'the only rule supported'],
    ['a preferred batch above the absolute one', ['batch', 'preferredMaxBytes'], 99_999_999, 'preferredMaxBytes'],
    ['an id twice', ['clubs', 1, 'id'], 'harbour', "club id 'harbour' is given twice"],
    ['an MSP twice', ['ordering', 'nodes', 0, 'mspId'], 'OrchardMSP', "MSP id 'OrchardMSP' is given twice"],
    ['a domain twice', ['clubs', 1, 'domain'], 'harbour.example', "domain 'harbour.example' is given twice"],
    ['an address twice', ['clubs', 1, 'chaincodePort'], 7051, "address 'localhost:7051' is given twice"],
    ['no servers', ['services'], undefined, 'services: expected a mapping, found nothing'],
    ['a server that is none', ['services', 'mailPort'], 6443, "services: unknown field 'mailPort'"],
    ['a port of a server twice', ['services', 'natsPort'], 8151, "address 'localhost:8151' is given twice"],
    ['an ordering node of no club', ['ordering', 'nodes', 0, 'club'], 'x', "belongs to 'x', which is no club"],
    ['a devnet node that is none', ['ordering', 'devnetNode'], 'x', "no ordering node has the id 'x'"],
    ['an MSP id that could not name a collection', ['clubs', 0, 'mspId'], 'A.MSP', 'an MSP id of letters, digits'],
  ] as const)
    it(`with ${what} is refused`, () => {
      expect(() => loadChanged(path, value)).to.throw(InvalidFileError, message);
    });

  it('that is no YAML, has a field twice or is not there is refused', () => {
    expect(() => loadText('channel: [')).to.throw(InvalidFileError);
    expect(() => loadText('channel: a\nchannel: b\n')).to.throw(InvalidFileError, 'unique');
    expect(() => loadConsortium(join(folder, 'none.yaml'))).to.throw(InvalidFileError, 'no such file');
  });
});

describe('A consortium for tests', () => {
  it('has as many clubs as asked for, all different', () => {
    const { clubs, orderingNodes } = consortiumOf(5);
    expect(clubs.map(({ id }) => id)).to.deep.equal(['harbour', 'stjulians', 'orchard', 'club4', 'club5']);
    const ports = clubs.flatMap(({ peerPort, chaincodePort, apiPort }) => [peerPort, chaincodePort, apiPort]);
    const all = [...ports, ...orderingNodes.map(({ port }) => port)];
    expect(new Set(all).size).to.equal(all.length);
    expect(orderingNodes).to.have.length(6);
    expect(consortiumOf(2).clubs).to.have.length(2);
  });
});
