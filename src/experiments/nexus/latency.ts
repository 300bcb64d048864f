// Latency of cold and warm requests on an idle host, and where among what the parameters allow the published savings lie.

import type { Claim } from '../experiment.js';
import { mean } from '../draw.js';
import type { Settings } from '../parameters.js';
import { type Given, idle } from './host.js';
import { changes, COMMAND, ms, percent, SOURCE, within } from './words.js';

const MS = 1e6;

/** Computations over which savings are looked for, ms: 1 ms to 1 s, or those of the trace from the shortest to the longest, and their mean. */
function computations({ calls }: Given): number[] {
  if (calls === null) return Array.from({ length: 121 }, (_, i) => 10 ** (i / 40));
  const sorted = Float64Array.from(calls.invocations.serviceNs).sort();
  const quantiles = Array.from({ length: 121 }, (_, i) => sorted[Math.round(((sorted.length - 1) * i) / 120)]! / MS);
  return [...quantiles, mean(sorted) / MS];
}

/** Where the published savings lie among what the parameters' ranges allow on an idle host: over compute, at the bounds of restore. */
export function latencyRegion(settings: Settings, given: Given) {
  const computes = computations(given);
  const grid = [11, settings.number('restore'), 36].flatMap((restoreMs) =>
    computes.map((computeMs) => {
      const { guestColdMs, guestWarmMs, nexusColdMs, nexusWarmMs } = idle(
        settings,
        'tcp',
        { computeMs, restoreMs },
        given,
      );
      return {
        warm: 1 - nexusWarmMs / guestWarmMs,
        cold: 1 - nexusColdMs / guestColdMs,
        ratio: guestColdMs / guestWarmMs,
      };
    }),
  );
  const span = (key: 'warm' | 'cold'): [number, number] => {
    const values = grid.map((point) => point[key]);
    return [Math.min(...values), Math.max(...values)];
  };
  const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= 0.02;
  return {
    warm: span('warm'),
    cold: span('cold'),
    both: grid.filter(({ warm, cold }) => near(warm, 0.39) && near(cold, 0.1)).length,
    greatestRatio: Math.max(...grid.map(({ ratio }) => ratio)),
  };
}

/** The computation at which a warm request saves 39 %, and the restore at which a cold one then saves 10 %, in words; '': none do. */
function bothNeed(settings: Settings, given: Given): string {
  const at = (computeMs: number, restoreMs: number) => idle(settings, 'tcp', { computeMs, restoreMs }, given);
  const computeMs = crossing((ms) => {
    const { guestWarmMs, nexusWarmMs } = at(ms, 0);
    return 1 - nexusWarmMs / guestWarmMs - 0.39;
  });
  if (computeMs === null) return '; no computation makes the warm one';
  const restoreMs = crossing((ms) => {
    const { guestColdMs, nexusColdMs } = at(computeMs, ms);
    return 1 - nexusColdMs / guestColdMs - 0.1;
  });
  return restoreMs === null ? '' : `: computations of ${ms(computeMs)} and a restore of ${ms(restoreMs)}`;
}

/** Where a saving that falls with a time passes 0, between 0 and 100 s; null: nowhere. */
function crossing(saving: (timeMs: number) => number): number | null {
  let [low, high] = [0, 1e5];
  if (!(saving(low) >= 0) || saving(high) > 0) return null;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (saving(middle) >= 0) low = middle;
    else high = middle;
  }
  return low;
}

export function latencyClaims(settings: Settings, given: Given): Claim[] {
  const { guestColdMs, guestWarmMs, nexusColdMs, nexusWarmMs } = idle(settings, 'tcp', {}, given);
  const region = latencyRegion(settings, given);
  const computes = computations(given);
  const load =
    given.calls === null
      ? '1 ms to 1 s of computation'
      : `the trace's computations (${ms(Math.min(...computes))} to ${ms(Math.max(...computes))})`;
  const over = `over ${load} and 11 to 36 ms to restore`;
  const common = { source: SOURCE, unit: '', supported: 'partly', command: COMMAND } as const;
  const assumptions = ['times over the network are assumed; the host is idle'];
  return [
    {
      ...common,
      id: 'warm-latency',
      claim: 'lower latency of warm requests',
      paper: '-39 %',
      ours: `-${percent(1 - nexusWarmMs / guestWarmMs)} (${ms(guestWarmMs)} to ${ms(nexusWarmMs)}); ${percent(region.warm[0])} to ${percent(region.warm[1])} ${over}`,
      numbers: changes(-0.39, nexusWarmMs / guestWarmMs - 1, [-region.warm[0], -region.warm[1]]),
      verdict: within(region.warm, 0.39),
      assumptions,
    },
    {
      ...common,
      id: 'cold-latency',
      claim: 'lower latency of cold requests, together with -39 % of warm ones',
      paper: '-10 %',
      ours:
        `-${percent(1 - nexusColdMs / guestColdMs)} (${ms(guestColdMs)} to ${ms(nexusColdMs)}); alone ${percent(region.cold[0])} to ${percent(region.cold[1])} ${over}; ` +
        `both savings at once need cold requests 3.9 times as long as warm ones (N4)${bothNeed(settings, given)}`,
      numbers: changes(-0.1, nexusColdMs / guestColdMs - 1, [-region.cold[0], -region.cold[1]]),
      verdict: region.both > 0 ? 'reachable' : 'not reached',
      assumptions,
    },
  ];
}
