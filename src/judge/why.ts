// `why`: each core that the arbiter of a host gave away in a window, held against what it could have done instead. For every decision the
// run is forked just before it, once for each alternative, and the forks go on for a while; what differs is that decision's doing.

import { InputError } from '../input/errors.js';
import { formatDuration } from '../input/quantities.js';
import type { Histogram } from '../metrics/histogram.js';
import type { Overruling } from '../core/decisions.js';
import { MECHANISM_KINDS } from '../scenario/mechanisms.js';
import type { MechanismKind } from '../mechanisms/types.js';
import type { Scenario } from '../scenario/types.js';
import type { Simulation } from '../simulation.js';

/** Time after a decision in which its requests are looked at, where nobody says. */
export const DEFAULT_HORIZON_NS = 1e6;
/** Decisions tried, where nobody says. */
export const DEFAULT_AT_MOST = 50;
/** Other victims tried of one decision. */
const MOST_VICTIMS = 3;

/** Why nothing could have been done instead, of mechanisms without an arbiter. */
const UNDECIDED: Readonly<Partial<Record<MechanismKind, string>>> = {
  ideal: 'whoever has work has a core at once and at no cost, so that no other choice could be better',
  static: 'every VM keeps the cores of its guarantee for ever',
  cgroup:
    'every VM runs wherever a core is free until its quota is used up; sweep the quota or mechanism.period instead',
  nsdi22:
    'a core is parked and allocated within one VM and taken from no other; compare its reallocation rules instead',
};

/** @throws InputError for a mechanism under which nobody decides, with the reason */
export function checkDecides(kind: MechanismKind): void {
  const undecided = UNDECIDED[kind];
  if (undecided === undefined) return;
  const given = `${kind}, under which no arbiter moves a core: ${undecided}`;
  const deciding = MECHANISM_KINDS.filter((one) => UNDECIDED[one] === undefined).join(', ');
  throw new InputError({ path: 'mechanism', given, expected: `one that decides: ${deciding}` });
}

/** What could have been done instead of one decision. */
export interface WhyAlternative {
  /** `no move`: the VM is denied; `victim`: another VM loses a core; `one core more`. */
  what: 'no move' | 'victim' | 'one core more';
  /** The VM that loses a core instead; of `victim` alone. */
  from: string | null;
  /** Mean over the VMs with an objective of the latency at its quantile, of requests that ended within the horizon. */
  tailNs: number;
  /** By how much that is less than what happened: above 0, the alternative was better. */
  gainNs: number;
  /** Core time of best-effort tasks in the horizon, less that of what happened. */
  bestEffortNs: number;
}

/** A core that the arbiter gave away. */
export interface WhyDecision {
  /** Simulated time, warm-up included. */
  atNs: number;
  /** Events before the one in which it was decided. */
  events: number;
  /** Which decision of that event, from 1. */
  nth: number;
  /** Which core. */
  core: number;
  /** The VM that got it. */
  vm: string;
  /** The VM that lost it; null: it was idle. */
  from: string | null;
  /** As of the alternatives, of what happened. */
  tailNs: number;
  /** Each that was possible. */
  alternatives: WhyAlternative[];
  /** The greatest gain of an alternative; 0 where none was better. */
  regretNs: number;
  /** Its place among the alternatives; null where none was better. */
  best: number | null;
}

/** The decisions of a window, and what they cost. */
export interface WhyResult {
  /** Simulated time, warm-up included. */
  fromNs: number;
  /** Where it ends. */
  untilNs: number;
  /** Time after each decision in which requests are looked at. */
  horizonNs: number;
  /** Cores that the arbiter gave away in the window. */
  found: number;
  /** Of those, tried: each so-many-th, where they were too many. */
  every: number;
  /** Runs that went on from a decision, what happened included. */
  forks: number;
  /** In order. */
  decisions: WhyDecision[];
}

export interface WhyQuestion {
  readonly window: { readonly fromNs: number; readonly untilNs: number };
  readonly horizonNs?: number | undefined;
  /** Decisions tried. */
  readonly atMost?: number | undefined;
  /** Some decisions have been tried. */
  readonly onDecisions?: ((done: number, all: number) => void) | undefined;
}

/** A decision that was seen, by numbers. */
interface Seen {
  readonly atNs: number;
  readonly events: number;
  readonly nth: number;
  readonly core: number;
  readonly vm: number;
  readonly from: number;
}

/** Every decision of the window, event by event. */
async function decisionsIn(simulation: Simulation, fromNs: number, untilNs: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  if (fromNs > 0) await simulation.runUntil(fromNs - 1);
  for (let count = simulation.decisions.count; !simulation.done;) {
    const { events } = simulation;
    await simulation.step();
    if (simulation.nowNs > untilNs || simulation.events === events) break;
    const now = simulation.decisions.since(count);
    now.forEach((one, i) => seen.push({ ...one, atNs: simulation.nowNs, events, nth: i + 1 }));
    count += now.length;
  }
  return seen;
}

/** A VM whose tail counts, and its quantile; VMs of a group share their latencies. */
interface Judged {
  readonly vm: number;
  readonly quantile: number;
}

function judgedOf({ vms }: Scenario): Judged[] {
  let vm = 0;
  const all = vms.flatMap((group) => {
    const first = vm;
    vm += group.count;
    return Array.from({ length: group.count }, (_, i) => ({ vm: first + i, group }));
  });
  const withSlo = all.filter(({ group }) => group.slo !== undefined);
  const critical = all.filter(({ group }) => group.class !== 'best-effort');
  return (withSlo.length > 0 ? withSlo : critical).map(({ vm, group }) => ({
    vm,
    quantile: group.slo?.quantile ?? 0.99,
  }));
}

/** How a run went on. */
interface Gone {
  /** Of each judged VM, what ended within the horizon. */
  readonly ended: readonly Histogram[];
  readonly bestEffortNs: number;
}

function bestEffortNs(simulation: Simulation): number {
  const { vms } = simulation.metrics();
  return vms.reduce((sum, { class: of, cpuSeconds }) => sum + (of === 'best-effort' ? cpuSeconds.task * 1e9 : 0), 0);
}

/**
 * The q-quantile where as many requests end in every way on: those that have not ended yet count as later than all, at the horizon.
 * A way on that answers fewer must not look better for it.
 */
export function tailOf(ended: Histogram, quantile: number, most: number, horizonNs: number): number {
  if (most === 0) return 0;
  const rank = Math.ceil(quantile * most - 1e-9);
  return rank > ended.count ? horizonNs : ended.quantile(rank / ended.count)!;
}

class Trying {
  forks = 0;
  private readonly judged: readonly Judged[];

  constructor(
    private readonly base: Simulation,
    private readonly horizonNs: number,
  ) {
    this.judged = judgedOf(base.scenario);
  }

  private name(vm: number): string {
    return this.base.look().vms[vm]!.name;
  }

  /** From just before the decision to its horizon; null where what is asked could not be done. */
  private async gone({ atNs, nth }: Seen, how?: Overruling): Promise<Gone | null> {
    const { base } = this;
    const before = this.judged.map(({ vm }) => base.latencies(vm));
    const fork = await base.fork();
    try {
      this.forks++;
      if (how !== undefined) fork.decisions.overrule(how, nth);
      await fork.runUntil(Math.min(atNs + this.horizonNs, Math.max(base.endNs, atNs)));
      if (how !== undefined && !fork.decisions.overruled) return null;
      const ended = this.judged.map(({ vm }, i) => fork.latencies(vm).since(before[i]!));
      return { ended, bestEffortNs: bestEffortNs(fork) };
    } finally {
      fork.close();
    }
  }

  private ways({
    vm,
    from,
  }: Seen): { readonly how: Overruling; readonly what: WhyAlternative['what']; readonly from: number }[] {
    const { decisions } = this.base;
    const others = this.base.look().vms.map((_, i) => i);
    const victims =
      from < 0 ? [] : others.filter((one) => one !== from && one !== vm && decisions.takeable(vm, one) > 0);
    return [
      { how: 'deny', what: 'no move', from: -1 },
      ...victims.slice(0, MOST_VICTIMS).map((victim) => ({ how: { victim }, what: 'victim' as const, from: victim })),
      { how: 'more', what: 'one core more', from: -1 },
    ];
  }

  async one(seen: Seen): Promise<WhyDecision> {
    const actual = (await this.gone(seen))!;
    const tried: { what: WhyAlternative['what']; from: number; gone: Gone }[] = [];
    for (const { how, what, from } of this.ways(seen)) {
      const gone = await this.gone(seen, how);
      if (gone !== null) tried.push({ what, from, gone });
    }
    const all = [actual, ...tried.map(({ gone }) => gone)];
    const most = this.judged.map((_, i) => Math.max(...all.map(({ ended }) => ended[i]!.count)));
    const tail = ({ ended }: Gone): number =>
      this.judged.reduce((sum, { quantile }, i) => sum + tailOf(ended[i]!, quantile, most[i]!, this.horizonNs), 0) /
      this.judged.length;
    const tailNs = tail(actual);
    const alternatives = tried.map(({ what, from, gone }): WhyAlternative => ({
      what,
      from: from < 0 ? null : this.name(from),
      tailNs: tail(gone),
      gainNs: tailNs - tail(gone),
      bestEffortNs: Math.round(gone.bestEffortNs - actual.bestEffortNs),
    }));
    const regretNs = Math.max(0, ...alternatives.map(({ gainNs }) => gainNs));
    const best = regretNs > 0 ? alternatives.findIndex(({ gainNs }) => gainNs === regretNs) : null;
    const { atNs, events, nth, core } = seen;
    const [vm, from] = [this.name(seen.vm), seen.from < 0 ? null : this.name(seen.from)];
    return { atNs, events, nth, core, vm, from, tailNs, alternatives, regretNs, best };
  }
}

/**
 * What each decision of the window cost.
 *
 * @param create makes the run anew; it is made twice
 * @throws InputError for a host without a VM whose tail counts, a window before the warm-up's end, and where no arbiter gave a core away
 */
export async function whyAll(question: WhyQuestion, create: () => Promise<Simulation>): Promise<WhyResult> {
  const { window, horizonNs = DEFAULT_HORIZON_NS, atMost = DEFAULT_AT_MOST, onDecisions } = question;
  const { fromNs, untilNs } = window;
  const first = await create();
  const { scenario } = first;
  const { kind } = scenario.mechanism;
  if (UNDECIDED[kind] !== undefined) first.close();
  checkDecides(kind);
  if (judgedOf(scenario).length === 0) {
    first.close();
    throw new InputError({
      path: 'vms',
      given: 'best-effort VMs alone',
      expected: 'one with an slo, or one that is latency-critical',
    });
  }
  if (fromNs < scenario.warmupNs) {
    first.close();
    const expected = `a window behind the warm-up, from ${formatDuration(scenario.warmupNs)} on: latencies are counted there`;
    throw new InputError({ path: '--window', given: `one from ${formatDuration(fromNs)}`, expected });
  }
  const seen = await decisionsIn(first, fromNs, untilNs);
  first.close();
  if (seen.length === 0) {
    const given = `one in which the arbiter of ${kind} gave no core away`;
    throw new InputError({ path: '--window', given, expected: 'one in which it gives some' });
  }
  const every = Math.ceil(seen.length / atMost);
  const chosen = seen.filter((_, i) => i % every === 0);
  const base = await create();
  const trying = new Trying(base, horizonNs);
  const decisions: WhyDecision[] = [];
  try {
    for (const one of chosen) {
      if (one.events > base.events) await base.step(one.events - base.events);
      decisions.push(await trying.one(one));
      onDecisions?.(decisions.length, chosen.length);
    }
  } finally {
    base.close();
  }
  return { fromNs, untilNs, horizonNs, found: seen.length, every, forks: trying.forks, decisions };
}

/** Classes of regret by which a timeline is coloured, ns. */
const CLASSES = [
  [10_000, 'regret from 10 us'],
  [1000, 'regret from 1 us'],
  [1, 'regret below 1 us'],
  [0, 'no regret'],
] as const;

/** The class of a decision's regret; the viewer gives slices of one name one colour. */
export const regretClass = (regretNs: number): string => CLASSES.find(([least]) => regretNs >= least)![1];
