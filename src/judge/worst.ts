// The worst two milliseconds of a run under a policy, and a sentence why: every 10 us, where tasks of the VM wait, what stands in their way.

import type { HostLook } from '../result/look.js';
import type { StripsResult, StripWindow } from '../result/strips.js';
import { vmNames } from '../core/compile.js';
import type { Scenario } from '../scenario/types.js';
import { formatDurationNs, formatShare } from '../report/units.js';
import type { Simulation } from '../simulation.js';
import type { TimelineSink } from '../timeline/index.js';

/** As the strips have it, ns. */
const WINDOW_NS = 2e6;
/** Between two looks, ns. */
const LOOK_NS = 10_000;

const CAUSES = {
  queue: 'vCPUs of its own had a core and nothing to run, so tasks lay in the wrong queue (dispatch, firstVictim)',
  full: 'every vCPU that it may have had a core: no policy could have given more',
  coming: 'cores had been decided for it and were still on their way',
  idle: 'cores of nobody stood idle: more were not asked for (coresWanted)',
  others: 'best-effort VMs ran on cores above their guarantee: more were not taken (coresWanted, victim)',
  none: 'there was no core that it may take',
} as const;

/** What stood in the way of tasks that waited. */
export type WaitCause = keyof typeof CAUSES;

/** The worst stretch of a scenario under a policy. */
export interface WorstWindow {
  /** Which scenario, with its first seed. */
  scenario: string;
  /** The VM whose tasks waited most. */
  vm: string;
  /** Simulated time, warm-up included. */
  fromNs: number;
  /** Where it ends. */
  untilNs: number;
  /** The most tasks that waited in it. */
  mostWaiting: number;
  /** The longest that one had waited, at a look. */
  oldestDelayNs: number;
  /** Share of the looks at which its tasks waited, from 0 to 1. */
  waiting: number;
  /** Shares of those by what stood in the way. */
  causes: Record<WaitCause, number>;
  /** The same as a sentence. */
  why: string;
}

/** Who held which core in it, and over its whole run: what a report draws. */
export interface WorstStrips {
  /** Of the host. */
  cores: number;
  /** In the order of the numbers in the windows. */
  vms: {
    /** Its name. */
    name: string;
    /** As in a result. */
    class: 'latency-critical' | 'best-effort';
    /** Whether it states an SLO. */
    judged: boolean;
  }[];
  /** As in the `strips` of a result: the whole run, then the worst of it. */
  windows: StripWindow[];
}

/** The worst stretch, told and to be drawn. */
export interface Worst {
  readonly window: WorstWindow;
  readonly strips: WorstStrips;
}

const stripsOf = ({ host, vms }: Scenario, { windows }: StripsResult): WorstStrips => ({
  cores: host.cores,
  vms: vms.flatMap((group) =>
    vmNames(group).map((name) => ({ name, class: group.class, judged: group.slo !== undefined })),
  ),
  windows,
});

function causeOf({ cores, vms }: HostLook, vm: number, { vcpus, guarantees, bestEffort }: Facts): WaitCause {
  const own = cores.filter((core) => core.vm === vm);
  if (own.some(({ doing }) => doing === 'searching' || doing === 'stealing')) return 'queue';
  if (cores.some(({ target }) => target === vm) || own.some(({ step }) => step === 'wake' || step === 'enter'))
    return 'coming';
  if (vms[vm]!.held >= vcpus[vm]!) return 'full';
  if (cores.some((core) => core.vm === -1 && core.step === 'none')) return 'idle';
  return vms.some(({ held }, i) => i !== vm && bestEffort[i]! && held > guarantees[i]!) ? 'others' : 'none';
}

/** Of the VMs, by their place. */
interface Facts {
  readonly vcpus: readonly number[];
  readonly guarantees: readonly number[];
  readonly bestEffort: readonly boolean[];
  readonly judged: readonly boolean[];
}

function factsOf({ vms }: Scenario): Facts {
  const each = vms.flatMap((vm) => Array.from({ length: vm.count }, () => vm));
  return {
    vcpus: each.map((vm) => vm.vcpus.max),
    guarantees: each.map((vm) => vm.vcpus.min),
    bestEffort: each.map((vm) => vm.class === 'best-effort'),
    judged: each.map((vm) => vm.slo !== undefined),
  };
}

/** How the host stood, look by look. */
async function looksAt(simulation: Simulation, fromNs: number, untilNs: number): Promise<HostLook[]> {
  const looks: HostLook[] = [];
  for (let at = fromNs; at < untilNs; at += LOOK_NS) {
    await simulation.runUntil(at);
    looks.push(simulation.look());
  }
  return looks;
}

function sentence(worst: Omit<WorstWindow, 'why'>): string {
  const span = `${formatDurationNs(worst.fromNs)} to ${formatDurationNs(worst.untilNs)} of ${worst.scenario}`;
  const ranked = (Object.entries(worst.causes) as [WaitCause, number][]).sort((a, b) => b[1] - a[1]);
  const told = ranked
    .filter(([, share]) => share >= 0.1)
    .map(([cause, share]) => `in ${formatShare(share)} of that time ${CAUSES[cause]}`);
  return (
    `In ${span}, tasks of ${worst.vm} waited ${formatShare(worst.waiting)} of the time, up to ${worst.mostWaiting} at once and ` +
    `the oldest ${formatDurationNs(worst.oldestDelayNs)}; ${told.join('; ')}.`
  );
}

/**
 * Finds and explains it; null where nothing waited.
 *
 * @param create makes the run anew; it is made up to three times
 * @param sink takes the timeline of the window, where one is wanted
 */
export async function worstOf(
  name: string,
  create: () => Promise<Simulation>,
  sink?: TimelineSink,
): Promise<Worst | null> {
  const whole = await create();
  const { scenario, endNs } = whole;
  await whole.run({ strips: true });
  const strips = await whole.strips();
  whole.close();
  const window = strips?.windows.find(({ what }) => what === 'worst');
  if (strips === null || window === undefined) return null;
  const { fromNs } = window;
  const untilNs = Math.min(fromNs + WINDOW_NS, endNs);
  const again = await create();
  const looks = await looksAt(again, fromNs, untilNs);
  again.close();

  const facts = factsOf(scenario);
  const waited = facts.judged.map((judged, vm) =>
    judged ? looks.reduce((sum, { vms }) => sum + vms[vm]!.waiting, 0) : -1,
  );
  const vm = waited.indexOf(Math.max(...waited));
  const seen = looks.filter(({ vms }) => vms[vm]!.waiting > 0);
  if (seen.length === 0) return null;
  if (sink !== undefined) {
    const third = await create();
    await third.timeline(sink, { fromNs, untilNs });
    third.close();
  }
  const causes = Object.fromEntries(Object.keys(CAUSES).map((cause) => [cause, 0])) as Record<WaitCause, number>;
  for (const look of seen) causes[causeOf(look, vm, facts)] += 1 / seen.length;
  const worst = {
    scenario: name,
    vm: looks[0]!.vms[vm]!.name,
    fromNs,
    untilNs,
    mostWaiting: Math.max(...seen.map(({ vms }) => vms[vm]!.waiting)),
    oldestDelayNs: Math.max(...seen.map(({ vms }) => vms[vm]!.oldestDelayNs)),
    waiting: seen.length / looks.length,
    causes,
  };
  return { window: { ...worst, why: sentence(worst) }, strips: stripsOf(scenario, strips) };
}
