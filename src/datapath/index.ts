// The datapath as a part of the host: what src/parts.ts asks of each. It keeps cores; its packets are let through before the core sees them
// (src/feed), so that the core knows nothing of it.

import type { Datapath } from './spec.js';

export const datapath = {
  number: -1,
  words: (): undefined => undefined,
  cores: ({ datapath: given }: { readonly datapath?: Datapath | undefined }): number => given?.workers ?? 0,
  timer: (which: number): string => `datapath ${which}`,
} as const;
