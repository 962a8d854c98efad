import type { Trust } from '@reciprocal-clubs/network/blocks/verify.js';
import { readChannel } from '@reciprocal-clubs/network/genesis/channel.js';
import { Msps } from '@reciprocal-clubs/network/identity/msp.js';

/** What blocks after this configuration block are verified by. @throws Error when it is no configuration that we can follow */
export function trustIn(configBlock: Uint8Array): Trust {
  const channel = readChannel(configBlock);
  return { channel, msps: new Msps(channel.mspDefinitions, Date.now) };
}
