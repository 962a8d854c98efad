import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A program of a few words of shell at this path. */
export function fakeProgram(path: string, words: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${words}\n`, { mode: 0o755 });
  return path;
}
