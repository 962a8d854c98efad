/** Milliseconds since 1970. A clock refuses transactions whose time is far off, and is used for nothing else. */
export type Clock = () => number;

/** The peer host's clock: the only place where the contracts look at one. */
export const hostClock: Clock = () => Date.now();
