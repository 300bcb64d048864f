// JSON Schema of the section `memory` of a result, kept equal to its type by the compiler (`satisfies`).

import * as z from 'zod';
import type { MemoryResult } from './result.js';
import { count, distribution, figure, number } from '../metrics/figures.js';

const backend = z.strictObject({
  swapIns: count,
  swapOuts: count,
  outPages: count.meta({ description: 'Pages that are there at the end.' }),
  swapInNs: distribution,
  withinTenUs: figure,
});

const upgrade = z.strictObject({
  kind: z.string(),
  outcome: z.string().meta({ description: 'not reached, in progress, done or rolled back' }),
  startedNs: count,
  pausedNs: count,
  quiesceNs: count,
  waited: count.meta({ description: 'Accesses that waited for it.' }),
  waitMaxNs: count,
});

const guest = z.strictObject({
  virtualBytes: count,
  residentBytes: count,
  touches: count,
  faults: count,
  stallSeconds: number.meta({
    description: 'Time that tasks were stopped for faults, pauses in it, summed over tasks.',
  }),
  pauseSeconds: number.meta({ description: 'Time that tasks waited for the end of pauses of upgrades.' }),
  pausedStallSeconds: number.meta({ description: 'The part of it that lies within stalls.' }),
  quotaReclaims: count,
});

export const memoryResult = z.strictObject({
  pageBytes: count,
  pageSample: count,
  physicalBytes: count.meta({ description: 'Of the simulated memory, as all bytes here: pageSample times smaller.' }),
  virtualBytes: count,
  expansion: number.meta({ description: 'Virtual over physical memory.' }),
  residentBytes: count,
  pinnedBytes: count,
  storedBytes: count,
  freeBytes: count,
  outShare: figure.meta({ description: 'Share of the virtual memory that is out.' }),
  touches: count,
  faults: count,
  faultShare: figure.meta({ description: 'Faults over touches.' }),
  joined: count,
  rescued: count,
  faultsInFlightAtWarmup: count.meta({ description: 'Faults that waited when statistics began.' }),
  faultsInFlight: count.meta({ description: 'Faults that wait at the end.' }),
  oldestFaultNs: count.meta({ description: 'Since when the first of them has.' }),
  faultsOverdue: z.boolean().meta({ description: "That is above 10 ms and the stalls' p99.9." }),
  swapIns: count.meta({ description: 'Pages that came in, for faults or ahead of them: the sum of backends.' }),
  swapInNs: distribution.meta({ description: 'From the fault to the task being ready; by its first task.' }),
  withinTenUs: figure.meta({ description: 'Share of swap-ins of at most 10 us.' }),
  stallNs: distribution.meta({ description: 'The same as each task sees it, joined faults included.' }),
  swapOuts: count,
  writebacks: count.meta({ description: 'Swap-outs to devices with a write.' }),
  cleanDrops: count.meta({
    description: 'Swap-outs to devices without one, the copy being good: with writebacks, all of them.',
  }),
  directReclaims: count,
  prefetched: count,
  prefetchHits: count,
  queuedMax: count,
  throttled: count,
  scans: count,
  elasticityCoreSeconds: z.strictObject({
    swapIn: number,
    swapOut: number,
    scan: number,
    faultExit: number,
    total: number,
  }),
  overheadShare: figure.meta({ description: 'Elasticity work over all core time.' }),
  keptCoresUsed: figure.meta({
    description: "Elasticity work but for faults' exits over the time of the cores kept for it.",
  }),
  backends: z.record(z.string(), backend),
  upgrades: z.array(upgrade),
  pauseWaits: count,
  pauseWaitNs: distribution,
  vms: z.record(z.string(), guest),
}) satisfies z.ZodType<MemoryResult>;
