import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startedSystem, startPatienceMs, type System } from './system.js';

describe('The OpenAPI document', () => {
  let system: System;

  before(async function () {
    this.timeout(startPatienceMs);
    system = await startedSystem();
  });

  it('that each club serves is the generated one', async () => {
    const generated = readFileSync(
      fileURLToPath(import.meta.resolve('@reciprocal-clubs/openapi/openapi.json')),
      'utf8',
    );
    for (const { profile } of system.clubs) {
      const served = await fetch(`${profile.api}/openapi.json`);
      expect(served.headers.get('content-type')).to.match(/^application\/json\b/);
      expect(await served.text()).to.equal(generated);
    }
  });
});
