// The fields of a scenario that hold a rate of arrivals: what the slider for the load multiplies.

import type { Scenario } from '../scenario/types.js';

/** Path and value, per second, as `--set` takes them. */
export function ratesOf({ vms }: Scenario): [path: string, perSecond: number][] {
  return vms.flatMap(({ workload }, i): [string, number][] => {
    const arrivals = workload?.arrivals;
    const at = (field: string): string => `vms.${i}.workload.arrivals.${field}`;
    switch (arrivals?.process) {
      case 'poisson':
      case 'deterministic':
        return [[at('rate'), arrivals.rate]];
      case 'onoff':
        return [
          [at('onRate'), arrivals.onRate],
          [at('offRate'), arrivals.offRate],
        ];
      case 'mmpp':
        return arrivals.states.map(({ rate }, state) => [at(`states.${state}.rate`), rate]);
      default:
        return [];
    }
  });
}

/** Every rate times a factor. */
export const scaledRates = (rates: readonly (readonly [path: string, perSecond: number])[], factor: number): string[] =>
  rates.map(([path, rate]) => `${path}=${Number((rate * factor).toPrecision(6))}`);
