const named = ['DIVERGED', 'POLICY'];

/** Under which alarm it is told that a transaction was set aside. */
export const alarmOf = (reason: string): string => named.find((name) => reason.startsWith(name)) ?? 'QUARANTINED';
