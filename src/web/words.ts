// What the page says: times, quantiles, why a core moved. Text only; names of VMs go through as they are.

import { isThin } from '../metrics/support.js';
import { tooFewText } from '../report/few.js';
import { formatCount, formatDurationNs, formatExactDurationNs, formatQuantile } from '../report/units.js';
import type { Explanation, MovePhase } from './explanation.js';
import type { About, MoveSeen, VmAbout } from './protocol.js';

const micro = (text: string): string => text.replace(' us', ' µs');
export const duration = (ns: number | null): string => micro(formatDurationNs(ns));
export const exactly = (ns: number): string => micro(formatExactDurationNs(ns));
export const quantile = formatQuantile;
export const count = formatCount;

/** `12.345 678 ms`: as exact as the clock, in groups of three. */
export function instant(ns: number): string {
  const whole = Math.floor(ns / 1e6);
  const rest = String(Math.round(ns % 1e6)).padStart(6, '0');
  return `${whole}.${rest.slice(0, 3)}\u2009${rest.slice(3)} ms`;
}

/** `20 µs/s`: simulated time in a second on the clock on the wall. */
export const speed = (nsPerSecond: number): string =>
  `${micro(formatDurationNs(Number(nsPerSecond.toPrecision(2))))}/s`;

export const vmName = (about: About, vm: number): string => (vm < 0 ? 'nobody' : (about.vms[vm]?.name ?? '?'));

/** `p99 ≤ 200 µs` */
export const objective = (slo: NonNullable<VmAbout['slo']>): string =>
  `${quantile(slo.quantile)} ≤ ${exactly(slo.latencyNs)}`;

/** Of a quantile that too little stands behind. */
export const fewBeyond = (of: number, requests: number): string =>
  isThin(of, requests) ? ` of ${tooFewText(of, requests)}` : '';

/** How much there is of a run that stands still before its end. */
export function unfinishedWords({
  nowNs,
  scenario: { warmupNs },
}: {
  readonly nowNs: number;
  readonly scenario: { readonly warmupNs: number };
}): string {
  return nowNs < warmupNs
    ? `${duration(nowNs)}, still in the warm-up, unfinished`
    : `${duration(nowNs - warmupNs)} measured after ${duration(warmupNs)} of warm-up, unfinished`;
}

export const moveLine = (about: About, { core, from, to, decidedAtNs }: MoveSeen): string =>
  `core ${core}: ${vmName(about, from)} → ${vmName(about, to)}, decided at ${instant(decidedAtNs)}`;

/** The result's hash on a command line: what depends on the machine is left out, as the page does. */
const HASH = String.raw`--json | sed -E 's/"(wallSeconds|eventsPerSecond)": [^,]*/"\1": 0/' | sha256sum`;

/** Of a run that is over; `expected`: the hash that its link was printed with. */
export function doneLine(hashes: readonly string[], expected: string | undefined): string {
  if (expected === undefined || hashes.length > 1) return 'Done.';
  return hashes[0] === expected
    ? 'Done. ✓ It matches the printed hash.'
    : `Done. ✕ It does not match the printed hash ${expected.slice(0, 16)}.`;
}

/** Of each future its hash, and how to have the first one's outside the page. */
export const hashLines = (hashes: readonly string[], command: string): [said: string, command: string] => [
  `SHA-256 of the result: ${hashes.map((hash) => hash.slice(0, 16)).join(' | ')}. To compare${hashes.length > 1 ? ' the first' : ''}, save the scenario, then:`,
  `${command} ${HASH}`,
];

const DOINGS: Readonly<Record<MovePhase['doing'], string>> = {
  idle: 'is idle',
  waking: 'wakes a vCPU',
  entering: 'enters the guest',
  running: 'runs a task',
  searching: 'searches for work',
  stealing: 'steals a task from another vCPU of its VM',
  yielding: 'gives its core back',
  preempting: 'is interrupted where the guest may be stopped',
  suspending: 'saves the task it was at',
  descheduling: 'leaves its core',
  spinning: 'spins on a lock',
};

/** What the events are called that lead to decisions. */
function eventWords(event: string): string {
  if (event === 'arbiter') return 'in a round of the arbiter';
  const [kind, name, what] = event.split(/ (?=[^ ]*$)| /);
  if (kind === 'vm' && event.endsWith(' arrival')) return `at an arrival for ${event.slice(3, -8)}`;
  if (kind === 'vm' && event.endsWith(' look'))
    return `when the scheduler of ${event.slice(3, -5)} looked at its queues`;
  if (kind === 'vcpu') return `at an event of ${event}`;
  if (kind === 'core') return `at a step of core ${name ?? what ?? ''}`;
  return `at the event “${event}”`;
}

/** One sentence a line: what the core does, why it is there, each step with its time. */
export function explained(
  about: About,
  { core, atNs, now, move }: Explanation,
): { head: string; why: string; steps: [string, string][] } {
  const whose = now.vm < 0 ? '' : ` for ${vmName(about, now.vm)} (vCPU ${now.vcpu})`;
  const head = `At ${instant(atNs)} core ${core} ${DOINGS[now.doing]}${whose}.`;
  if (move === null) return { head, why: 'It has not moved since the beginning of what is kept.', steps: [] };
  const to = vmName(about, move.to);
  const { asked } = move;
  const why =
    asked === null
      ? `It was taken from ${vmName(about, move.from)} ${instant(move.decidedAtNs)}, for nobody yet.`
      : `It went to ${to} because ${asked.waiting === 0 ? 'work came' : `${count(asked.waiting)} ${asked.waiting === 1 ? 'task' : 'tasks'} waited there`}` +
        `${asked.oldestDelayNs > 0 ? `, the oldest for ${duration(asked.oldestDelayNs)},` : ''} while it held ${asked.held} ${asked.held === 1 ? 'core' : 'cores'}; ` +
        `decided ${eventWords(asked.event)} at ${instant(move.decidedAtNs)}, when ${move.from < 0 ? 'nobody had the core' : `${vmName(about, move.from)} had it`}.`;
  const steps = move.phases.map((phase): [string, string] => [
    `+${duration(phase.atNs - move.decidedAtNs)}`,
    phase.step === 'notify' && phase.vm === move.from
      ? `${vmName(about, phase.vm)} is told to give the core up`
      : `${phase.vm < 0 ? 'the core' : vmName(about, phase.vm)} ${phase.vm < 0 && phase.target >= 0 ? `is free, promised to ${vmName(about, phase.target)}` : DOINGS[phase.doing]}`,
  ]);
  if (move.doneAtNs !== null)
    steps.push([`= ${duration(move.doneAtNs - move.decidedAtNs)}`, `from the decision to the first work for ${to}`]);
  return { head, why, steps };
}
