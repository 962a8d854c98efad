import type { Consortium } from './consortium.js';

/**
 * The founders' list that goes into the chaincode's package: what every club approves when it approves the package. No addresses.
 * Its form is the schema `Founder` of openapi.yaml.
 */
export function foundersOf({ clubs }: Consortium) {
  return clubs.map(({ id, legalName, mspId, country, zone, offsets, rollHour, currency }) => ({
    id,
    legalName,
    mspId,
    country,
    zone: { name: zone, offsets: offsets.map(({ fromMs, offsetMinutes }) => ({ fromMs, offsetMinutes })) },
    rollHour,
    currency,
  }));
}
