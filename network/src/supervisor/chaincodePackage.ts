import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clubsChaincode } from '../clubsDefinition.js';

export interface ChaincodePackage {
  readonly name: string;
  readonly version: string;
  /** `label:hash`, as Fabric names packages: the hash is over the contracts' code and the founders' list */
  readonly id: string;
  /** the folder that `fabric-chaincode-node server` runs in */
  readonly folder: string;
}

/** The contracts as compiled. Every club that compiles the same source gets the same id. */
export function chaincodePackage(folder: string): ChaincodePackage {
  const version = '1.0';
  const hash = createHash('sha256');
  const files = [...globSync('dist/src/**/*.js', { cwd: folder }), 'founders.json'].sort();
  for (const file of files)
    hash.update(`${file}\0`).update(
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest(),
    );
  return { name: clubsChaincode, version, id: `clubs_${version}:${hash.digest('hex')}`, folder };
}
