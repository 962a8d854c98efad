import { loadConsortium, type Club, type Consortium, type OrderingNode } from '../src/consortium.js';
import { CONSORTIUM_FILE } from './fixtures.js';

/** A consortium of so many clubs: the three real ones, then further ones in the same zones; the office orders on devnet. */
export function consortiumOf(clubCount: number): Consortium {
  const model = loadConsortium(CONSORTIUM_FILE);
  const clubs = Array.from({ length: clubCount }, (_, index) => model.clubs[index] ?? furtherClub(model, index));
  const office = model.orderingNodes.filter(({ id }) => id === model.devnetNode);
  return { ...model, clubs, orderingNodes: [...clubs.map((club, index) => clubNode(model, club, index)), ...office] };
}

function furtherClub(model: Consortium, index: number): Club {
  const like = model.clubs[index % model.clubs.length];
  if (!like) throw new Error('consortium.yaml has no clubs');
  const number = index + 1;
  return {
    ...like,
    id: `club${number}`,
    legalName: `Club ${number}`,
    mspId: `Club${number}MSP`,
    domain: `club${number}.example`,
    hostNames: [`peer0.club${number}.example`],
    peerPort: 7051 + 100 * index,
    chaincodePort: 9051 + 100 * index,
    apiPort: 8051 + 100 * index,
  };
}

function clubNode({ orderingNodes }: Consortium, club: Club, index: number): OrderingNode {
  const own = orderingNodes.find((node) => node.club === club.id);
  const domain = `${club.id}-ord.example`;
  return (
    own ?? {
      id: club.id,
      club: club.id,
      mspId: club.mspId.replace(/MSP$/, 'OrdMSP'),
      domain,
      host: 'localhost',
      hostNames: [`orderer.${domain}`],
      port: 6450 + 100 * index,
    }
  );
}
