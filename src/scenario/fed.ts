// VMs whose arrivals in the core are not those of their process.

import type { Scenario } from './types.js';

/** Names of those whose requests are packets that a datapath lets through, or tokens of a GPU's answers. */
export const vmsFed = ({ datapath, gpu }: Pick<Scenario, 'datapath' | 'gpu'>): ReadonlySet<string> =>
  new Set([...(datapath?.tenants.map(({ vm }) => vm) ?? []), ...(gpu === undefined ? [] : [gpu.vm])]);
