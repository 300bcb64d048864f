// P1 to P4 of docs/valve.md: the GPU's rules with the numbers of `law.*`, beside what arithmetic says.

import { type GpuRequests, type GpuSpec, runGpu } from '../../systems/valve.js';
import { exponential, stream } from '../draw.js';
import type { FigureValues } from '../experiment.js';
import type { Settings } from '../parameters.js';

const MS = 1e6;
/** Requests of each run of P2: its error is about 0.3 %. */
const POISSON_REQUESTS = 100_000;

const SPEC: GpuSpec = {
  cooldownNs: 0,
  preemptNs: 0,
  gapNs: 0,
  prefillNs: new Float64Array(2),
  decodeNs: new Float64Array(2),
  jitter: new Float64Array(),
  pages: 1_000_000,
  pageTokens: 1,
  headroom: { pages: 0, up: 1, down: 0 },
  reclaim: 1_000_000,
  waitNs: 1,
  offline: { pages: 1, prefillNs: 1e15 }, // it never gets to hold a page
  endNs: 0,
};

const equal = (at: Float64Array, tokens: number): GpuRequests => ({
  at,
  prompt: new Float64Array(at.length).fill(1),
  output: new Float64Array(at.length).fill(tokens),
});

async function p1(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const at = Float64Array.from(settings.list('law.arrivals'), (text) => Math.round(Number(text) * MS)).toSorted();
  const requests = equal(at, settings.number('law.tokens'));
  const time = (name: string): number => Math.round(settings.number(`law.${name}`) * MS);
  const rows = [];
  for (const cooldown of settings.list('law.cooldowns').map(Number)) {
    const spec: GpuSpec = {
      ...SPEC,
      cooldownNs: Math.round(cooldown * MS),
      preemptNs: time('preempt'),
      gapNs: time('gap'),
      prefillNs: new Float64Array(2).fill(time('prefill')),
      decodeNs: new Float64Array(at.length + 1).fill(time('decode')),
      endNs: Math.round(settings.number('law.end') * 1e9),
    };
    const run = await runGpu(spec, requests, module);
    const mostSeen = run.seen.reduce((most, one) => Math.max(most, one), 0);
    rows.push({ cooldownMs: cooldown, preemptions: run.preemptions, mostSeen, offlineMs: run.offlineNs / MS });
  }
  return { rows };
}

async function p2(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const [rate, busy] = [settings.number('law.rate'), settings.number('law.busy')];
  const next = stream(settings.number('seed'), 2);
  let time = 0;
  const at = Float64Array.from({ length: POISSON_REQUESTS }, () => Math.round((time += exponential(next, 1e9 / rate))));
  const rows = [];
  for (const cooldown of settings.list('law.poissonCooldowns').map(Number)) {
    const spec: GpuSpec = {
      ...SPEC,
      cooldownNs: Math.round(cooldown * MS),
      prefillNs: new Float64Array(2).fill(Math.round(busy * 1e9)),
      endNs: Math.ceil(time),
    };
    const run = await runGpu(spec, equal(at, 0), module);
    rows.push({
      cooldownMs: cooldown,
      offlineShare: run.offlineNs / spec.endNs,
      perRequest: run.preemptions / POISSON_REQUESTS,
      theory: Math.max(0, 1 - rate * busy) * Math.exp((-rate * cooldown) / 1000),
    });
  }
  return { rows };
}

const PAGE = 100; // tokens: half a page has room for the decodes of steps without a demand

/** The headroom after each step, of a GPU to which prompts of so many pages come one a step; 0: it decodes. */
async function p3(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const demand = settings.list('law.demand').map(Number);
  const [up, down] = [settings.number('up'), settings.number('down')];
  const lead = demand.findIndex((pages) => pages > 0); // nothing is done before the first prompt: the formula alone
  const before = lead < 0 ? demand.length : lead;
  const headroom = Array.from({ length: before }, (_, i) =>
    Math.max(0, settings.number('law.headroom') - down * (i + 1)),
  );
  const rest = demand.slice(before);
  const prompts = rest.flatMap((pages, step) => (pages > 0 ? [{ pages, step }] : []));
  const requests: GpuRequests = {
    at: Float64Array.from(prompts, ({ step }) => step),
    prompt: Float64Array.from(prompts, ({ pages }) => PAGE * pages - PAGE / 2),
    output: Float64Array.from(prompts, ({ step }, i) => (prompts[i + 1]?.step ?? rest.length) - step - 1),
  };
  for (let steps = 1; steps <= rest.length; steps++) {
    const spec: GpuSpec = {
      ...SPEC,
      pageTokens: PAGE,
      prefillNs: new Float64Array(PAGE * Math.max(...rest) + 1).fill(1),
      decodeNs: new Float64Array(prompts.length + 1).fill(1),
      headroom: { pages: headroom[before - 1] ?? settings.number('law.headroom'), up, down },
      endNs: steps,
    };
    headroom.push((await runGpu(spec, requests, module)).headroomLast);
  }
  return { headroom };
}

export async function laws(settings: Settings, module?: WebAssembly.Module): Promise<Record<string, FigureValues>> {
  return {
    P1: await p1(settings, module),
    P2: await p2(settings, module),
    P3: await p3(settings, module),
    P4: { fleetShare: 2170 / 8054, fewerGpus: 1 - 1 / 1.346 },
  };
}
