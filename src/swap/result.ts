// What a result says under `memory` where the swap engine runs (host.memory and memory of a VM). Bytes and page counts are those
// of the simulated memory, which pageSample may have made smaller; shares and times are those of the memory it stands for.

import * as z from 'zod';
import {
  byName,
  count,
  countersOf,
  distributions,
  figure,
  flag,
  list,
  number,
  once,
  record,
  text,
  told,
} from '../metrics/figures.js';
import {
  BACKEND_COUNTERS,
  GUEST_COUNTERS,
  GUEST_TIER_COUNTERS,
  SWAP_COUNTERS,
  SWAP_SECONDS,
  TIER_COUNTERS,
  UPGRADE_COUNTERS,
} from './counters.js';

const WITHIN_TEN_US = 'Share of swap-ins of at most 10 us, 0 to 1; null without any.';

const makeSchemas = () => {
  const backendResult = record('BackendResult', 'A place where pages go.', {
    ...countersOf(BACKEND_COUNTERS),
    swapInNs: told('As `swapInNs` of the whole, of its pages.', distributions().bucketedDistribution),
    withinTenUs: figure(WITHIN_TEN_US),
  });

  const upgradeResult = record('UpgradeResult', 'An upgrade of the engine.', {
    kind: text('hot-switch or hot-upgrade.'),
    outcome: text('What became of it: not reached, in progress, done or rolled back.'),
    ...countersOf(UPGRADE_COUNTERS),
  });

  const guestMemoryResult = record('GuestMemoryResult', "A VM's memory.", {
    virtualBytes: count('Memory that guests believe they have.'),
    residentBytes: count('Frames that its pages have.'),
    ...countersOf(GUEST_COUNTERS),
  });

  const guestTierResult = record('GuestTierResult', "A VM's touches in a slow tier.", {
    fastTouches: count("Touches of pages in the host's own memory."),
    ...countersOf(GUEST_TIER_COUNTERS),
  });

  const tierResult = record('TierResult', 'A slow tier of memory, whose pages are read where they lie.', {
    fastTouches: count("Touches of pages in the host's own memory, of any backend."),
    slowTouches: count('Touches of pages in the slow tier.'),
    slowShare: figure('Those over all touches.'),
    slowSeconds: number("What they took beyond accesses to the host's own memory."),
    ...countersOf(TIER_COUNTERS),
    demotions: count('Pages that came down.'),
    vms: byName('By name.', guestTierResult),
  });

  const memoryResult = record('MemoryResult', "What became of the guests' memory.", {
    pageBytes: count('Size of a page.'),
    pageSample: count('How many times smaller the memory was simulated.'),
    physicalBytes: count("Memory of the host for guests' pages; of the simulated memory, as all bytes here."),
    virtualBytes: count('Memory that guests believe they have.'),
    expansion: number('Virtual over physical memory.'),
    residentBytes: count(
      'Frames that pages have, on their way in or out too; with what is stored and free, the physical memory.',
    ),
    pinnedBytes: count('Pages that never move.'),
    outShare: figure('Share of the virtual memory that is out.'),
    touches: count('Pages touched by tasks.'),
    faults: count('Touches of pages that were not there.'),
    faultShare: figure('Faults over touches.'),
    ...countersOf(SWAP_COUNTERS),
    faultsOverdue: flag(
      "The oldest fault is above 10 ms and the stalls' p99.9: the latencies are those of the others.",
    ),
    swapIns: count('Pages that came in, for faults and ahead of them; the sum of `backends`.'),
    swapInNs: told(
      "Of the pages that a task waited for: from the fault to the first task being ready: queueing, the page's way back, map and resume.",
      distributions().distribution,
    ),
    withinTenUs: figure(WITHIN_TEN_US),
    stallNs: told(
      'The same as each task sees it: those that join a fault under way are counted too.',
      distributions().bucketedDistribution,
    ),
    swapOuts: count('Pages that went out; the sum of `backends`.'),
    elasticityCoreSeconds: z
      .strictObject({
        ...countersOf(SWAP_SECONDS),
        faultExit: number('Of faults, on the cores that fault.'),
        total: number('All of it.'),
      })
      .meta({ description: 'Core time of swapping, by what it was used for, in seconds.' }),
    overheadShare: figure('Elasticity work over all core time.'),
    keptCoresUsed: figure(
      "Elasticity work but for faults' exits over the time of the cores kept for it; null where none is.",
    ),
    backends: byName('By name.', backendResult),
    tier: told('Present where pages may lie in a slow tier.', z.optional(tierResult)),
    upgrades: list('In order.', upgradeResult),
    pauseWaitNs: told('How long those that waited for the end of a pause did, in ns.', distributions().distribution),
    vms: byName('By name.', guestMemoryResult),
  });
  return { backendResult, upgradeResult, guestMemoryResult, guestTierResult, tierResult, memoryResult };
};
/** @internal */
export const memorySchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type BackendResult = z.output<Schemas['backendResult']>;
export type UpgradeResult = z.output<Schemas['upgradeResult']>;
export type GuestMemoryResult = z.output<Schemas['guestMemoryResult']>;
export type GuestTierResult = z.output<Schemas['guestTierResult']>;
export type TierResult = z.output<Schemas['tierResult']>;
export type MemoryResult = z.output<Schemas['memoryResult']>;

/** `memory` of a run in which no VM has memory: an empty object. */
export type NoMemory = { readonly [K in keyof MemoryResult]?: never };

export const noMemory = once(
  () =>
    record(
      'NoMemory',
      '`memory` of a run in which no VM has memory: an empty object.',
      {},
    ) as z.ZodType as z.ZodType<NoMemory>,
);

/** The section, where the run had one. */
export function memoryOf({ memory }: { memory: MemoryResult | NoMemory }): MemoryResult | undefined {
  return memory.swapInNs === undefined ? undefined : memory;
}
