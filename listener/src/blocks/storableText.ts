/** Longer than any name that is one. */
const longest = 200;

/** What is shown of a text that anybody may have written: Postgres takes no U+0000, and nobody reads more. */
export function storableText(text: string): string {
  return text.slice(0, longest).replaceAll('\0', '\uFFFD').toWellFormed();
}
