// The memory of a resolved scenario as the words that the swap engine is laid out from (assembly/memory/pages/layout.ts).
// Here the memory is made pageSample times smaller, every part by the same factor; nothing else is decided.

import type { SwappedScenario } from './types.js';
import * as W from '../../assembly/memory/pages/layout.js';
import { InputError, show } from '../input/errors.js';
import { nameHash } from '../input/name-hash.js';
import { type Content, BACKEND_NAMES, type GuestMemory, type HostMemory } from './types.js';
import type { CountDist } from '../input/distributions.js';
import { hasSlowTier, tierWords } from './tier.js';

/** Where distributions and tables are laid down; the scenario's own collection. */
export interface Laws {
  readonly table: number[];
  add(dist: CountDist): number;
}

const PATTERN = {
  uniform: W.PATTERN_UNIFORM,
  zipf: W.PATTERN_ZIPF,
  scan: W.PATTERN_SCAN,
  trace: W.PATTERN_TRACE,
} as const;
const FAILS = { none: W.FAILS_NOT, prepare: W.FAILS_PREPARE, transfer: W.FAILS_TRANSFER } as const;
const FOUR_KIB = 4096;

function cumulated(content: Content): number[] {
  // shares add up to 1 but for rounding: the last that has any ends at 1, so that none behind it gets a page
  const last = BACKEND_NAMES.findLastIndex((name) => content[name] > 0);
  let sum = 0;
  return BACKEND_NAMES.map((name, index) => ((sum += content[name]), index < last ? sum : 1));
}

/** Pages of a VM in the simulated, smaller memory. */
export function guestPages(sizeBytes: number, pageBytes: number, pageSample: number): number {
  return Math.floor(sizeBytes / pageBytes / pageSample);
}

// A share of a whole number, in whole numbers: what the product would be without the rounding of binary fractions.
const NEARLY = 0.001;

/** The least whole number that is not below it. */
function atLeastShare(share: number, of: number): number {
  return Math.ceil(of * share - NEARLY);
}

/** The greatest that is not above it. */
function atMostShare(share: number, of: number): number {
  return Math.floor(of * share + NEARLY);
}

function put(length: number, values: Readonly<Record<number, number>>): number[] {
  const words = new Array<number>(length).fill(0);
  for (const [index, value] of Object.entries(values)) words[Number(index)] = value;
  return words;
}

/** Whether functions that are laid out have pages. */
function hasWorkingSets({ laid }: SwappedScenario): boolean {
  return laid !== undefined && laid.spec.workingSetBytes !== undefined && laid.spec.snapshots !== 'none';
}

/** Pages of each function's working set, which is no more than the function's memory; none where no function is laid out. */
export function workingSetPages(scenario: SwappedScenario): number[] {
  const { memory } = scenario.host;
  if (memory === undefined || !hasWorkingSets(scenario)) return [];
  const { workingSetBytes = 0, functions } = scenario.laid!.spec;
  return functions.map(({ memoryBytes }) => Math.ceil(Math.min(workingSetBytes, memoryBytes) / memory.pageBytes));
}

/** The working set of each function as a guest's memory that is gone over in order, so many pages by one task. */
function functionWords(scenario: SwappedScenario, { content }: HostMemory): number[] {
  const pages = workingSetPages(scenario);
  const shares = cumulated(content);
  return scenario.laid!.spec.functions.flatMap(({ name }, index) => {
    const { lo, hi } = nameHash(name);
    const words = put(W.FUNCTION_GUEST_WORDS, {
      [W.GUEST_PAGES]: pages[index]!,
      [W.GUEST_HOT]: pages[index]!,
      [W.GUEST_TOUCHES]: Math.min(pages[index]!, W.TOUCHES_MAX),
      [W.GUEST_PATTERN]: W.PATTERN_SCAN,
      [W.FUNCTION_NAME_LO]: lo,
      [W.FUNCTION_NAME_HI]: hi,
    });
    shares.forEach((sum, backend) => (words[W.GUEST_CONTENT + backend] = sum));
    return words;
  });
}

/**
 * The words, or undefined where no VM has memory. `traces` holds the page numbers of the files that patterns name.
 *
 * @throws InputError for a page number that its VM does not have
 */
export function swapWords(
  scenario: SwappedScenario,
  laws: Laws,
  traces: ReadonlyMap<string, Float64Array>,
): number[] | undefined {
  const { memory, memoryBytes = 0 } = scenario.host;
  if (memory === undefined) return undefined;
  const { pageBytes, pageSample: sample, watermarks } = memory;
  // whole pages, so that a page's frame and what is free add up
  const capacity = Math.floor(memoryBytes / sample / pageBytes) * pageBytes;
  const header = put(W.SWAP_HEADER, {
    [W.SWAP_CAPACITY]: capacity,
    [W.SWAP_PAGE]: pageBytes,
    [W.SWAP_BLOCK]: memory.blockBytes / pageBytes,
    [W.SWAP_SAMPLE]: sample,
    [W.SWAP_HIGH]: atLeastShare(watermarks.high, capacity),
    [W.SWAP_LOW]: atLeastShare(watermarks.low, capacity),
    [W.SWAP_MIN]: atLeastShare(watermarks.min, capacity),
    [W.SWAP_WORKERS]: memory.workers,
    [W.SWAP_DEPTH]: memory.deviceDepth,
    [W.SWAP_BUDGET]: Math.round(memory.budget * 1000),
    [W.SWAP_BURST]: memory.budgetBurstNs,
    [W.SWAP_ENTRY]: memory.fault.exitNs + memory.fault.lockNs,
    [W.SWAP_FINISH]: memory.fault.mapNs + memory.fault.resumeNs,
    [W.SWAP_UNMAP]: memory.fault.mapNs,
    [W.SWAP_LEVELS]: memory.levels,
    [W.SWAP_SCAN]: memory.scan.intervalNs,
    [W.SWAP_SCAN_PAGE]: memory.scan.perPageNs,
    [W.SWAP_PREFETCH]: memory.prefetch,
    [W.SWAP_METADATA]: memory.metadataBytes,
    [W.SWAP_UPGRADES]: memory.upgrades.length,
    [W.SWAP_TIERED]: Number(hasSlowTier(scenario)),
    [W.SWAP_TIER_MORE]: memory.tier.slowNs - memory.tier.fastNs,
    [W.SWAP_FUNCTIONS]: hasWorkingSets(scenario) ? scenario.laid!.spec.functions.length : 0,
  });
  const further = pageBytes / FOUR_KIB - 1;
  const backends = BACKEND_NAMES.flatMap((name) => {
    const backend = memory.backends[name];
    return put(W.BACKEND_WORDS, {
      [W.BACKEND_IN]: laws.add(backend.in),
      [W.BACKEND_OUT]: laws.add(backend.out),
      [W.BACKEND_IN_MORE]: Math.round(further * backend.inMoreNs),
      [W.BACKEND_OUT_MORE]: Math.round(further * backend.outMoreNs),
      [W.BACKEND_RATIO]: backend.ratio === null ? 0 : laws.add(backend.ratio),
      [W.BACKEND_DEVICE]: Number(name === 'ssd' || name === 'remote'),
    });
  });
  const guests = scenario.vms.flatMap((vm) =>
    vm.memory === undefined ? put(W.GUEST_WORDS, {}) : guestWords(vm.memory),
  );
  const upgrades = memory.upgrades.flatMap((upgrade) =>
    put(W.UPGRADE_WORDS, {
      [W.UPGRADE_AT]: upgrade.atNs,
      [W.UPGRADE_STOPS_ALL]: Number(upgrade.kind === 'hot-switch'),
      [W.UPGRADE_PREPARE]: upgrade.prepareNs,
      [W.UPGRADE_TRANSFER]: upgrade.transferNs,
      [W.UPGRADE_SWITCH]: upgrade.switchNs,
      [W.UPGRADE_ROLLBACK]: upgrade.rollbackNs,
      [W.UPGRADE_FAILS]: FAILS[upgrade.fails],
    }),
  );
  const functions = hasWorkingSets(scenario) ? functionWords(scenario, memory) : [];
  const pages = scenario.vms.reduce(
    (sum, vm) => sum + vm.count * (vm.memory === undefined ? 0 : guestPages(vm.memory.sizeBytes, pageBytes, sample)),
    workingSetPages(scenario).reduce((sum, some) => sum + some, 0),
  );
  const tier = hasSlowTier(scenario) ? tierWords(memory, pages) : [];
  return [...header, ...backends, ...guests, ...upgrades, ...functions, ...tier];

  function guestWords(guest: GuestMemory): number[] {
    const pages = guestPages(guest.sizeBytes, pageBytes, sample);
    const { access } = guest;
    const trace = access.file === undefined ? undefined : traces.get(access.file);
    if (access.pattern === 'trace' && (trace === undefined || trace.length === 0))
      throw new InputError({
        path: 'memory.access.file',
        given: show(access.file),
        expected: 'a file with at least one page number',
      });
    const from = laws.table.length;
    if (access.pattern === 'trace')
      trace!.forEach((page, line) => {
        if (!(Number.isInteger(page) && page >= 0 && page < pages))
          throw new InputError({
            file: access.file!,
            path: `number ${line + 1}`,
            given: String(page),
            expected: `a page of the VM, a whole number from 0 to ${pages - 1}`,
          });
        laws.table.push(page);
      });
    const quota = Math.floor((guest.quotaBytes ?? 0) / sample / pageBytes) * pageBytes;
    const cold = access.pattern === 'trace' ? 0 : access.cold;
    const words = put(W.GUEST_WORDS, {
      [W.GUEST_PAGES]: pages,
      [W.GUEST_PINNED]: guest.pinned,
      [W.GUEST_QUOTA]: quota,
      [W.GUEST_HIGH]: atLeastShare(watermarks.high, quota),
      [W.GUEST_LOW]: atLeastShare(watermarks.low, quota),
      [W.GUEST_TOUCHES]: guest.touches,
      [W.GUEST_WRITES]: guest.writes,
      [W.GUEST_PATTERN]: PATTERN[access.pattern],
      [W.GUEST_EXPONENT]: access.exponent,
      [W.GUEST_HOT]: Math.max(1, pages - atMostShare(cold, pages)),
      [W.GUEST_COLD_TOUCHES]: access.coldTouches,
      [W.GUEST_PHASE]: access.phaseNs,
      [W.GUEST_SHIFT]: Math.round(access.shift * pages),
      [W.GUEST_TRACE]: from,
      [W.GUEST_TRACE_LENGTH]: trace?.length ?? 0,
    });
    cumulated(guest.content ?? memory!.content).forEach((sum, index) => (words[W.GUEST_CONTENT + index] = sum));
    return words;
  }
}
