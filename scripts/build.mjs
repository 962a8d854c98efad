/** Compiles everything and makes what follows from consortium.yaml. Usable as a program and by the other programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param signal ends what is under way
 * @throws Error when the code does not compile, or when generated code is not what openapi/ says; the reasons are printed
 */
export async function build(signal) {
  const [compiles, upToDate] = await Promise.all([
    succeeds('node_modules/typescript/bin/tsc', ['-b'], signal),
    succeeds('openapi/src/generate.mjs', ['--check'], signal),
  ]);
  if (!upToDate) throw new Error('Generated code is stale. Run: npm run generate');
  if (!compiles) throw new Error('The code does not compile.');
  const { path, text } = await founders();
  if (readOr(path, '') !== text) writeFileSync(path, text);
}

async function succeeds(program, args, signal) {
  const child = spawn(process.execPath, [join(root, program), ...args], { cwd: root, stdio: 'inherit', signal });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** The founders' list as the chaincode's package takes it. */
export async function founders() {
  const { loadConsortium } = await import('../network/dist/src/consortium.js');
  const { foundersOf } = await import('../network/dist/src/founders.js');
  const list = foundersOf(loadConsortium(join(root, 'network/consortium.yaml')));
  return { path: join(root, 'chaincode/founders.json'), text: `${JSON.stringify(list, undefined, 2)}\n` };
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
