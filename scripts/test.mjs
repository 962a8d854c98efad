/**
 * Builds, checks and tests everything; ends with `N passed, N failed`. Each check counts as one test.
 * `npm test -- <pattern>` runs only the test files whose path matches.
 */
// The runtime of the contracts logs each declaration otherwise.
process.env.CORE_CHAINCODE_LOGGING_LEVEL ??= 'critical';

import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import Mocha from 'mocha';
import { build, root } from './build.mjs';
import { checks } from './checks.mjs';

const started = Date.now();
const elapsed = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
const [pattern] = process.argv.slice(2);
let passed = 0;
let failed = 0;

await step('build', build);
if (failed === 0) {
  if (!pattern) for (const { name, check } of checks) await step(name, check);
  const { passes, failures } = await runTests().catch((error) => {
    console.error(error.message);
    return { passes: 0, failures: 1 };
  });
  passed += passes;
  failed += failures;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function step(name, run) {
  try {
    const faults = (await run()) ?? [];
    if (faults.length > 0) throw new Error(faults.join('\n  '));
    passed += 1;
    console.log(`[${elapsed()}] ${name}: ok`);
  } catch (error) {
    failed += 1;
    console.error(`[${elapsed()}] ${name}: FAILED\n  ${error.message}`);
  }
}

async function runTests() {
  const mocha = new Mocha({ timeout: 30_000, reporter: 'spec', color: process.stdout.isTTY });
  for (const file of await testFiles()) mocha.addFile(join(root, file));
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
}

/** Compiled tests, found by their source: what an earlier source left in dist is not run. */
async function testFiles() {
  const files = [];
  for (const workspace of ['chaincode', 'network', 'postgres', 'api', 'listener', 'test']) {
    const sources = glob('**/*.test.ts', { cwd: join(root, workspace), exclude: (name) => name === 'dist' });
    for await (const source of sources) files.push(join(workspace, 'dist', source.replace(/ts$/, 'js')));
  }
  const wanted = files.sort().filter((file) => !pattern || file.includes(pattern));
  if (wanted.length === 0) throw new Error(`no test file's path contains '${pattern}'`);
  return wanted;
}
