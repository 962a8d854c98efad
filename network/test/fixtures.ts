import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the workspace, seen from dist/test. */
const NETWORK = join(import.meta.dirname, '../..');

export const CONSORTIUM_FILE = join(NETWORK, 'consortium.yaml');

export type RealBlock =
  | '000-genesis-config'
  | '038-valid-private-AB'
  | '039-policy-failure-private-AB-by-A-only'
  | '086-from-orderer-no-flags'
  | '086-valid-and-mvcc'
  | '121-ten-tx-after-SubmitError'
  | '134-valid-private-AB-with-event'
  | '135-policy-failure-event-only'
  | '143-valid-explicit-own-collections'
  | '279-lifecycle-commit-sequence5'
  | '284-config-update-adds-ClubD';

/** Bytes of a block that real Fabric 3.1.5 made (see fixtures/fabric-3.1.5/README.md). */
export function realBlock(name: RealBlock): Buffer {
  return readFileSync(join(NETWORK, 'test/fixtures/fabric-3.1.5', `${name}.block`));
}
