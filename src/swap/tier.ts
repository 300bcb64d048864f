// A slow tier of a host's memory: whether there is one, what of its settings cannot be, and its words (assembly/residency/layout.ts). Memory
// that is simulated smaller has as many times fewer pages that a scan looks at, or that may be candidates.

import * as L from '../../assembly/residency/layout.js';
import type { FieldProblem, Path } from '../input/errors.js';
import { meanOf } from '../input/distributions.js';
import { formatDuration, formatSize } from '../input/quantities.js';
import { NS_PER_SECOND } from '../metrics/counters.js';
import type { Content, HostMemory, SwappedScenario } from './types.js';

const T: Path = ['host', 'memory', 'tier'];
/** In so many steps the threshold moves, each of at least a nanosecond. */
const STEPS = 8;

const lies = (content: Content | undefined): boolean => content !== undefined && content.slow > 0;

/** Whether pages may lie in it. */
export function hasSlowTier({ host: { memory }, vms }: SwappedScenario): boolean {
  return memory !== undefined && (lies(memory.content) || vms.some((vm) => lies(vm.memory?.content)));
}

const unitsOf = (bytes: number, { pageBytes, pageSample }: HostMemory): number =>
  Math.floor(bytes / pageBytes / pageSample);

/** So many accesses pay for bringing a page up. */
function breakEvenOf({ tier, backends: { slow }, pageBytes }: HostMemory): number {
  return ((meanOf(slow.in) ?? 0) + (pageBytes / 4096 - 1) * slow.inMoreNs) / (tier.slowNs - tier.fastNs);
}

export function tierProblems(memory: HostMemory): FieldProblem[] {
  const { tier, pageBytes, pageSample } = memory;
  const problems: FieldProblem[] = [];
  const refuse = (field: string, given: string, expected: string): void =>
    void problems.push({ path: [...T, field], given, expected });
  if (tier.slowNs <= tier.fastNs)
    refuse('slow', formatDuration(tier.slowNs), `more than host.memory.tier.fast (${formatDuration(tier.fastNs)})`);
  if (tier.tuner !== undefined && tier.detector !== 'count' && tier.detector !== 'tpp')
    refuse('tuner', 'with detector ' + tier.detector, 'detector: count or tpp, which go by counts');
  if (tier.detector !== 'autonuma') return problems;
  if (tier.hotNs < STEPS) refuse('hot', formatDuration(tier.hotNs), `at least ${STEPS} ns`);
  if (unitsOf(tier.limitBytesPerSecond, memory) < 1)
    refuse(
      'limit',
      formatSize(tier.limitBytesPerSecond),
      `at least ${formatSize(pageBytes * pageSample)}, a page of the simulated memory`,
    );
  return problems;
}

const DETECTORS = {
  none: L.DETECT_NOTHING,
  count: L.DETECT_COUNT,
  autonuma: L.DETECT_HINT,
  tpp: L.DETECT_FAULTS,
} as const;
const ADMISSIONS = { always: L.ADMIT_ALWAYS, never: L.ADMIT_NEVER, sketch: L.ADMIT_SKETCH } as const;

/** Settings for so many pages, and the tuner's (assembly/memory/pages/layout.ts). */
export function tierWords(memory: HostMemory, pages: number): number[] {
  const { tier } = memory;
  const words = new Array<number>(L.SETTINGS).fill(0);
  words[L.SET_UNITS] = pages;
  words[L.SET_FAST_NS] = tier.fastNs;
  words[L.SET_SLOW_NS] = tier.slowNs;
  words[L.SET_DETECTOR] = DETECTORS[tier.detector];
  words[L.SET_ACCESSES] = tier.accesses;
  words[L.SET_FAULT_NS] = tier.hintFaultNs;
  words[L.SET_SCAN_DELAY_NS] = tier.scan.delayNs;
  words[L.SET_SCAN_PERIOD_NS] = tier.scan.periodNs;
  words[L.SET_SCAN_UNITS] = Math.min(pages, Math.max(1, unitsOf(tier.scan.sizeBytes, memory)));
  words[L.SET_HOT_NS] = tier.hotNs;
  words[L.SET_LIMIT] = unitsOf(tier.limitBytesPerSecond, memory);
  words[L.SET_LIMIT_NS] = NS_PER_SECOND;
  words[L.SET_ADJUST_NS] = tier.adjustNs;
  words[L.SET_ADMISSION] = ADMISSIONS[tier.admit];
  words[L.SET_ADMIT_OVER] = Math.floor(tier.factor * breakEvenOf(memory));
  words[L.SET_PRICE] = tier.price;
  words[L.SET_HALVE_NS] = tier.sketch.halveNs;
  words[L.SET_COUNTERS] = tier.sketch.counters;
  const { roundNs = 0, choices = [], explore = 1, keep = 0 } = tier.tuner ?? {};
  return [...words, roundNs, choices.length, explore, keep, ...choices];
}
