// Why a core is where it is: the host is run again from a copy, event by event, over the core's last move. The same events
// in the same order, so what is told is what happened.

import type { CoreLook, HostLook, Simulation } from '../index.js';
import type { Asked, Explanation, MovePhase } from './explanation.js';
import { lookOf } from './folded.js';
import { runInTime, type Future } from './future.js';

/** From a decision to its command, ns, tried one after another. */
const LEADS = [1, 1000, 30_000, 1_000_000];
/** The most events that are looked at one by one. */
const MOST_EVENTS = 50_000;
const MOST_PHASES = 40;

/** For running a host again, ms: copies of what is long ago are gone, and what plays stands meanwhile. */
const MOST_AGAIN_MS = 10_000;

/**
 * A simulation of its own, at `toNs`, from the last copy before.
 *
 * @throws Error where it takes too long to come there
 */
export async function again(future: Future, toNs: number): Promise<Simulation | undefined> {
  const copy = future.copies.findLast(({ nowNs }) => nowNs <= toNs);
  if (copy === undefined) return undefined;
  const simulation = await copy.simulation.fork();
  if (toNs <= simulation.nowNs) return simulation;
  if (await runInTime(simulation, toNs, performance.now() + MOST_AGAIN_MS)) return simulation;
  simulation.close();
  throw new Error('That is too long ago: to run the host again up to there takes more than 10 s.');
}

const same = (a: CoreLook, b: CoreLook): boolean =>
  a.vm === b.vm && a.doing === b.doing && a.step === b.step && a.target === b.target;

const settled = ({ vm, doing, target }: CoreLook, to: number): boolean =>
  vm === to && target < 0 && ['running', 'searching', 'stealing', 'spinning'].includes(doing);

/** The host some time before a move was decided, which is known by when its command went out; the nearer the fewer events. */
async function beforeMove(future: Future, core: number, issuedAtNs: number): Promise<Simulation | undefined> {
  for (const lead of LEADS) {
    const simulation = await again(future, Math.max(0, issuedAtNs - lead));
    if (simulation === undefined || lookOf(simulation).cores[core]!.decidedAtNs !== issuedAtNs) return simulation;
    simulation.close();
  }
  return undefined;
}

async function phasesOf(simulation: Simulation, core: number, issuedAtNs: number) {
  let last: HostLook = lookOf(simulation);
  const from = last.cores[core]!.vm;
  const phases: MovePhase[] = [];
  let asked: (Asked & { to: number; atNs: number }) | undefined;
  for (let i = 0; i < MOST_EVENTS && phases.length < MOST_PHASES; i++) {
    await simulation.step(1);
    const look = lookOf(simulation);
    const here = look.cores[core]!;
    if (asked === undefined && here.decidedAtNs === issuedAtNs) {
      const to = here.target >= 0 ? here.target : here.vm;
      const vm = to < 0 ? undefined : last.vms[to];
      const { waiting = 0, oldestDelayNs = 0, held = 0 } = vm ?? {};
      asked = { to, waiting, oldestDelayNs, held, event: look.lastEvent, atNs: look.timeNs };
    }
    if (asked === undefined && look.timeNs > issuedAtNs) break;
    if (asked !== undefined && !same(here, last.cores[core]!))
      phases.push({ atNs: look.timeNs, ...here, event: look.lastEvent });
    last = look;
    if (asked !== undefined && asked.to >= 0 && settled(here, asked.to))
      return { from, asked, phases, doneAtNs: look.timeNs };
  }
  return asked === undefined ? undefined : { from, asked, phases, doneAtNs: null };
}

export async function explain(future: Future, core: number, atNs: number): Promise<Explanation> {
  const there = await again(future, Math.min(atNs, future.simulation.nowNs));
  if (there === undefined) return { core, atNs, now: future.look.cores[core]!, move: null };
  const now = lookOf(there).cores[core]!;
  there.close();
  const issuedAtNs = now.decidedAtNs;
  const before = issuedAtNs > 0 ? await beforeMove(future, core, issuedAtNs) : undefined;
  const seen = before && (await phasesOf(before, core, issuedAtNs));
  before?.close();
  if (seen === undefined) return { core, atNs, now, move: null };
  const { from, phases, doneAtNs } = seen;
  const { to, atNs: decidedAtNs, ...asked } = seen.asked;
  const move = { from, to, decidedAtNs, issuedAtNs, doneAtNs, asked: to < 0 ? null : asked, phases };
  return { core, atNs, now, move };
}
