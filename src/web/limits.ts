// What a scenario may ask for that came by a link: whoever opens it has not read it. Checked before anything is laid out;
// time is bounded by the page, which runs a worker in slices and stops it by itself.

import type { Scenario } from '../scenario/types.js';
import { type Problem, show } from '../input/errors.js';

/** Characters of YAML in a link. */
export const MOST_CHARACTERS = 100_000;
/** Of linear memory, once laid out and while it runs. */
export const MOST_MEMORY_BYTES = 512 * 2 ** 20;
/** On the clock on the wall that such a run may compute before the page asks. */
export const MOST_COMPUTING_MS = 60_000;

const MOST = { cores: 1024, vcpus: 16_384, vms: 1024, samples: 100_000, logged: 1_000_000, histogram: 256 * 2 ** 20 };

/** Everything in which a scenario goes beyond the limits. */
export function beyondLimits(scenario: Scenario): Problem[] {
  const { host, vms, series, log, histogram } = scenario;
  const total = (each: (vm: Scenario['vms'][number]) => number): number => vms.reduce((sum, vm) => sum + each(vm), 0);
  const held: [path: string, given: number, most: number][] = [
    ['host.cores', host.cores, MOST.cores],
    ['vms', total(({ count }) => count), MOST.vms],
    ['vms.vcpus.max', total(({ count, vcpus }) => count * vcpus.max), MOST.vcpus],
    ['series.samples', series?.samples ?? 0, MOST.samples],
    ['log.events', log?.events ?? 0, MOST.logged],
    ['histogram.memory', histogram.memoryBytes, MOST.histogram],
  ];
  return held
    .filter(([, given, most]) => given > most)
    .map(([path, given, most]) => ({
      path,
      given: show(given),
      expected: `at most ${most} in a scenario from a link`,
    }));
}
