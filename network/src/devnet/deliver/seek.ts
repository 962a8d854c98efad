/**
 * What a client of Deliver asks for (`orderer.SeekInfo`).
 */
import { orderer } from '@hyperledger/fabric-protos';

/** Numbers of blocks. */
export interface BlockRange {
  readonly start: number;
  /** Delivery is done after the block of this number; there may never be one. */
  readonly stop: number;
  readonly failIfNotReady: boolean;
}

export type SeekFault = 'BAD_REQUEST' | 'NOT_FOUND';

const { SeekBehavior, SeekContentType } = orderer.SeekInfo;
const { TypeCase } = orderer.SeekPosition;

/** As Fabric reads it (common/deliver, common/ledger/blockledger). */
export function readSeekInfo(bytes: Uint8Array, height: number): BlockRange | SeekFault {
  const seek = decode(bytes);
  const start = seek?.getStart();
  const stop = seek?.getStop();
  if (!seek || !start || !stop || seek.getContentType() !== SeekContentType.BLOCK) return 'BAD_REQUEST';
  const first = startOf(start, height);
  if (first === undefined || first > height) return 'NOT_FOUND';
  const last = stopOf(stop, start, first, height);
  if (stop.hasSpecified() && last < first) return 'BAD_REQUEST';
  return { start: first, stop: last, failIfNotReady: seek.getBehavior() === SeekBehavior.FAIL_IF_NOT_READY };
}

function decode(bytes: Uint8Array): orderer.SeekInfo | undefined {
  try {
    return orderer.SeekInfo.deserializeBinary(bytes);
  } catch {
    return undefined;
  }
}

function startOf(position: orderer.SeekPosition, height: number): number | undefined {
  switch (position.getTypeCase()) {
    case TypeCase.OLDEST:
      return 0;
    case TypeCase.NEWEST:
      return Math.max(0, height - 1);
    case TypeCase.NEXT_COMMIT:
      return height;
    case TypeCase.SPECIFIED:
      return position.getSpecified()?.getNumber() ?? 0;
    case TypeCase.TYPE_NOT_SET:
      return undefined;
  }
}

/** From newest to newest is one block, however many come meanwhile. */
function stopOf(stop: orderer.SeekPosition, start: orderer.SeekPosition, first: number, height: number): number {
  switch (stop.getTypeCase()) {
    case TypeCase.OLDEST:
      return first;
    case TypeCase.NEWEST:
      return start.hasNewest() ? first : height - 1;
    case TypeCase.SPECIFIED:
      return stop.getSpecified()?.getNumber() ?? 0;
    case TypeCase.NEXT_COMMIT:
    case TypeCase.TYPE_NOT_SET:
      return 0;
  }
}
