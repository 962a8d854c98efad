/** Sizes of one transaction's input. Fabric would take more; a command never needs it. */
export const maxRequestBytes = 64 * 1024;
export const maxCarryBytes = 1024 * 1024;
export const freshBytes = 32;
