// The experiments that `fluxhost reproduce` knows: a paper's headline results beside ours. Adding one is a folder here and a
// line in this table; none is loaded before it is asked for.

import { QUESTION_NAMES } from './hyperflux/questions.js';
import type { Experiment } from './experiment.js';

export interface ExperimentEntry {
  readonly name: string;
  readonly title: string;
  /** What `NAME/PART` may name, where it can be run in parts. */
  readonly parts?: readonly string[];
  readonly load: () => Promise<Experiment>;
}

export const EXPERIMENTS: readonly ExperimentEntry[] = [
  {
    name: 'hyperflux',
    title: 'HyperFlux: cores that move between VMs in microseconds (APSys 2025, arXiv:2608.12633)',
    parts: QUESTION_NAMES,
    load: async () => (await import('./hyperflux/index.js')).experiment,
  },
  {
    name: 'taiji',
    title: 'Taiji: memory of a DPU, swapped under its feet (arXiv:2511.09936)',
    load: async () => (await import('./taiji/index.js')).experiment,
  },
  {
    name: 'vmem',
    title: 'Vmem: reserved memory, hot-upgradable (arXiv:2511.09961)',
    load: async () => (await import('./vmem/index.js')).experiment,
  },
];
