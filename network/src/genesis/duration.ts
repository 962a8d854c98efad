/**
 * Durations as Go writes them, for example `200ms` or `1m30s`.
 */
const UNITS_MS = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
const DURATION = /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g;

/** Milliseconds. @throws Error when the text is no positive duration */
export function durationMs(text: string): number {
  if (!DURATION.test(text)) throw new Error(`'${text}' is no duration`);
  return [...text.matchAll(PART)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * (UNITS_MS.get(unit ?? '') ?? 0),
    0,
  );
}
