/** Five clubs: with three, a majority is a pair, and that hides mistakes. */
const zones: Record<string, [string, string, string, number]> = {
  harbour: ['HarbourMSP', 'US', 'USD', -240],
  stjulians: ['StJuliansMSP', 'GB', 'GBP', 60],
  orchard: ['OrchardMSP', 'SG', 'SGD', 480],
  fjord: ['FjordMSP', 'NO', 'NOK', 120],
  lagoon: ['LagoonMSP', 'NZ', 'NZD', 720],
};

export const clubIds = Object.keys(zones);

export function mspOf(club: string): string {
  const zone = zones[club];
  if (!zone) throw new Error(`no club ${club}`);
  return zone[0];
}

export const founders = Object.entries(zones).map(([id, [mspId, country, currency, offsetMinutes]]) => ({
  id,
  legalName: `The ${id} club`,
  mspId,
  country,
  currency,
  zone: { name: 'Etc/Fixed', offsets: [{ fromMs: Date.parse('2025-01-01T00:00Z'), offsetMinutes }] },
  rollHour: 4,
}));

/** 10 June 2026, 13:00 in London. */
export const noon = Date.parse('2026-06-10T12:00Z');

/** How far each peer's clock is off; the clock bound is five minutes. */
export const skewMs: Record<string, number> = {
  HarbourMSP: -90_000,
  StJuliansMSP: 60_000,
  OrchardMSP: 0,
  FjordMSP: 120_000,
  LagoonMSP: -240_000,
};
