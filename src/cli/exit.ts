// Exit statuses of the command line; scripts and CI rely on them.

export const EXIT = {
  done: 0,
  failed: 1,
  refused: 2,
  assertionFailed: 3,
  /** A sweep or fleet that has work left. */
  incomplete: 4,
  interrupted: 130,
} as const;
