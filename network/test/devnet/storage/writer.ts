/** Appends blocks as fast as it can, rewrites private values now and then, and reports each height, until it is killed. */
import { FileStorage } from '../../../src/devnet/storage/files.js';
import { blockOf } from './blocks.js';

const storage = new FileStorage(process.argv[2] ?? '');
for (;;) {
  const { height } = storage;
  await storage.putTransient(`tx-${height}`, height, blockOf(1).privateData[0]?.collections ?? []);
  await storage.append(blockOf(height));
  if (height % 4 === 1) await storage.replacePrivateData(new Map([[1, blockOf(1).privateData]]));
  process.send?.(storage.height);
}
