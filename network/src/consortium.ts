/**
 * Who takes part: the file that every network is made from (consortium.yaml).
 */
import { type Place, readYaml } from './strictYaml.js';

/** From this moment on the zone is this far ahead of UTC. */
export interface ZoneOffset {
  readonly fromMs: number;
  readonly offsetMinutes: number;
}

export interface Club {
  /** Slug, unique. */
  readonly id: string;
  readonly legalName: string;
  readonly city: string;
  /** ISO 3166, two letters. */
  readonly country: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly mspId: string;
  /** Names its folders and certificates. */
  readonly domain: string;
  /** The name that others dial. */
  readonly host: string;
  /** Further names on its certificates. */
  readonly hostNames: readonly string[];
  readonly peerPort: number;
  readonly chaincodePort: number;
  /** Where the club's own software calls. */
  readonly apiPort: number;
  /** The hour, in the club's own time, at which its business day begins. */
  readonly rollHour: number;
  /** IANA */
  readonly zone: string;
  /** In order of time. */
  readonly offsets: readonly ZoneOffset[];
}

export interface OrderingNode {
  readonly id: string;
  /** The club that runs it; absent for the consortium's office. */
  readonly club: string | undefined;
  readonly mspId: string;
  readonly domain: string;
  readonly host: string;
  readonly hostNames: readonly string[];
  readonly port: number;
}

export interface Consortium {
  readonly channel: string;
  /** Implicit policies, as `MAJORITY Endorsement`. */
  readonly policies: { readonly admins: string; readonly endorsement: string; readonly lifecycleEndorsement: string };
  readonly batch: {
    readonly maxMessages: number;
    readonly absoluteMaxBytes: number;
    readonly preferredMaxBytes: number;
    readonly timeoutMs: number;
  };
  /** The end of what the clubs' zone offsets cover. */
  readonly offsetsEndMs: number;
  readonly clubs: readonly Club[];
  readonly orderingNodes: readonly OrderingNode[];
  /** Id of the one that devnet runs. */
  readonly devnetNode: string;
  /** What the clubs of one machine share when all run on it. */
  readonly services: {
    readonly postgresPort: number;
    readonly natsPort: number;
    /** The listener's health and metrics. */
    readonly listenerPort: number;
  };
}

const SLUG = /^[a-z][a-z0-9-]{0,31}$/;
const MSP_ID = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const HOST = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const LATEST_MS = Date.UTC(2100, 0, 1);
const MAX_BATCH_BYTES = 104_857_600;

/**
 * Reads and checks the file.
 * @throws InvalidFileError with the place and what it should be
 */
export function loadConsortium(path: string): Consortium {
  return readYaml(path, (root) => {
    const offsetsEndMs = root.field('offsetsEndMs').integer(0, LATEST_MS);
    const consortium: Consortium = {
      channel: root.field('channel').text(/^[a-z][a-z0-9.-]{0,248}$/, 'a channel name as Fabric allows it'),
      policies: root.field('policies').mapping(readPolicies),
      batch: root.field('batch').mapping(readBatch),
      offsetsEndMs,
      clubs: root.field('clubs').list(2, (club) => club.mapping((place) => readClub(place, offsetsEndMs))),
      ...root.field('ordering').mapping(readOrdering),
      services: root.field('services').mapping(readServices),
    };
    requireConsistency(consortium, root);
    return consortium;
  });
}

/** The contracts' rules and devnet's validation rest on a majority of clubs, so no other rule is accepted here. */
function readPolicies(place: Place): Consortium['policies'] {
  const majority = (name: string, subPolicy: string): string =>
    place.field(name).text(new RegExp(`^MAJORITY ${subPolicy}$`), `'MAJORITY ${subPolicy}', the only rule supported`);
  return {
    admins: majority('admins', 'Admins'),
    endorsement: majority('endorsement', 'Endorsement'),
    lifecycleEndorsement: majority('lifecycleEndorsement', 'Endorsement'),
  };
}

function readBatch(place: Place): Consortium['batch'] {
  const absoluteMaxBytes = place.field('absoluteMaxBytes').integer(1, MAX_BATCH_BYTES);
  return {
    maxMessages: place.field('maxMessages').integer(1, 10_000),
    absoluteMaxBytes,
    preferredMaxBytes: place.field('preferredMaxBytes').integer(1, absoluteMaxBytes),
    timeoutMs: place.field('timeoutMs').integer(1, 60_000),
  };
}

function readClub(place: Place, offsetsEndMs: number): Club {
  return {
    id: place.field('id').text(SLUG, 'a slug'),
    legalName: place.field('legalName').text(/^\S(.{0,126}\S)?$/u, 'a name'),
    city: place.field('city').text(/^\S(.{0,126}\S)?$/u, 'a name'),
    country: place.field('country').text(/^[A-Z]{2}$/, 'a country code of two letters'),
    currency: place.field('currency').text(/^[A-Z]{3}$/, 'a currency code of three letters'),
    ...readOrganization(place),
    peerPort: readPort(place.field('peerPort')),
    chaincodePort: readPort(place.field('chaincodePort')),
    apiPort: readPort(place.field('apiPort')),
    rollHour: place.field('rollHour').integer(0, 23),
    zone: readZone(place.field('zone')),
    offsets: readOffsets(place.field('offsets'), offsetsEndMs),
  };
}

function readOrdering(place: Place): Pick<Consortium, 'orderingNodes' | 'devnetNode'> {
  const orderingNodes = place.field('nodes').list(1, (node) =>
    node.mapping((one) => ({
      id: one.field('id').text(SLUG, 'a slug'),
      club: one.field('club').optional((club) => club.text(SLUG, "a club's id")),
      ...readOrganization(one),
      port: readPort(one.field('port')),
    })),
  );
  const devnetNode = place.field('devnetNode').text(SLUG, "an ordering node's id");
  if (!orderingNodes.some(({ id }) => id === devnetNode))
    place.field('devnetNode').refuse(`no ordering node has the id '${devnetNode}'`);
  return { orderingNodes, devnetNode };
}

function readServices(place: Place): Consortium['services'] {
  return {
    postgresPort: readPort(place.field('postgresPort')),
    natsPort: readPort(place.field('natsPort')),
    listenerPort: readPort(place.field('listenerPort')),
  };
}

function readOrganization(place: Place): Pick<Club, 'mspId' | 'domain' | 'host' | 'hostNames'> {
  return {
    mspId: place.field('mspId').text(MSP_ID, 'an MSP id of letters, digits and hyphens'),
    domain: place.field('domain').text(HOST, 'a domain name'),
    host: place.field('host').text(HOST, 'a host name'),
    hostNames: place.field('hostNames').list(0, (name) => name.text(HOST, 'a host name')),
  };
}

function readPort(place: Place): number {
  return place.integer(1024, 32_767);
}

function readZone(place: Place): string {
  const zone = place.text(/^[A-Za-z0-9_+/-]+$/, 'an IANA time zone');
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format(0);
  } catch {
    place.refuse(`'${zone}' is no IANA time zone`);
  }
  return zone;
}

function readOffsets(place: Place, offsetsEndMs: number): ZoneOffset[] {
  let earliestMs = 0;
  return place.list(1, (offset) =>
    offset.mapping((one) => {
      const fromMs = one.field('fromMs').integer(earliestMs, offsetsEndMs - 1);
      earliestMs = fromMs + 1;
      return { fromMs, offsetMinutes: one.field('offsetMinutes').integer(-18 * 60, 18 * 60) };
    }),
  );
}

function requireConsistency({ clubs, orderingNodes, services }: Consortium, root: Place): void {
  requireDistinct(
    'club id',
    clubs.map(({ id }) => id),
    root,
  );
  requireDistinct(
    'ordering node id',
    orderingNodes.map(({ id }) => id),
    root,
  );
  const organizations = [...clubs, ...orderingNodes];
  requireDistinct(
    'MSP id',
    organizations.map(({ mspId }) => mspId),
    root,
  );
  requireDistinct(
    'domain',
    organizations.map(({ domain }) => domain),
    root,
  );
  const addresses = [
    ...clubs.flatMap(({ host, peerPort, chaincodePort, apiPort }) =>
      [peerPort, chaincodePort, apiPort].map((port) => `${host}:${port}`),
    ),
    ...orderingNodes.map(({ host, port }) => `${host}:${port}`),
    ...Object.values(services).map((port) => `localhost:${port}`),
  ];
  requireDistinct('address', addresses, root);
  const clubIds = new Set(clubs.map(({ id }) => id));
  const stranger = orderingNodes.find(({ club }) => club !== undefined && !clubIds.has(club));
  if (stranger) root.refuse(`ordering node '${stranger.id}' belongs to '${stranger.club}', which is no club`);
}

function requireDistinct(what: string, values: readonly string[], root: Place): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) root.refuse(`${what} '${twice}' is given twice`);
}
