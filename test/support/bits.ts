// The scenarios whose bits are compared and pinned: every mechanism with every part of the model, and the knobs of the
// arbiter. And the one text that stands for a result: all of it but what may differ between two equal runs.

import { createHash } from 'node:crypto';
import { type ScenarioInput, MECHANISM_KINDS, Simulation, type Result } from '../../src/index.js';
import { toStableJson } from '../../src/result/json.js';
import { VARIANTS, contended, paced } from './contended.js';

export interface BitsCase {
  readonly name: string;
  readonly input: ScenarioInput;
  /** Arrivals put in from outside before the run. */
  readonly injected?: boolean;
}

const shorter = (input: ScenarioInput): ScenarioInput => ({ ...input, duration: '4ms', warmup: '500us' });

export const BITS: readonly BitsCase[] = [
  ...MECHANISM_KINDS.flatMap((kind) =>
    VARIANTS.map((variant) => ({ name: `${kind}, ${variant}`, input: shorter(contended(kind, variant)) })),
  ),
  ...MECHANISM_KINDS.map((kind) => ({
    name: `${kind}, injected`,
    input: shorter(contended(kind, 'fork-join')),
    injected: true,
  })),
  ...(
    [
      { mode: 'proactive' },
      { mode: 'both', grant: 'drain', threshold: '1us' },
      { signal: 'oldest', threshold: '3us' },
      { signal: 'queue-length', queueLength: 2 },
      { staleness: '7us', interval: '5us' },
    ] as const
  ).map((knobs) => ({
    name: `hyperflux, ${JSON.stringify(knobs)}`,
    input: shorter(contended('hyperflux', 'fork-join', { kind: 'hyperflux', ...knobs })),
  })),
  ...(['hyperflux', 'static'] as const).map((kind) => {
    const input = shorter(contended(kind, 'fork-join'));
    return { name: `${kind}, bounded`, input: { ...input, vms: input.vms.map((vm) => ({ ...vm, queueLimit: 0 })) } };
  }),
  {
    name: 'hotplug, one at a time',
    input: shorter(contended('hotplug', 'plain', { ...(paced('hotplug') as { kind: 'hotplug' }), grant: 'one' })),
  },
];

export function injectInto(simulation: Simulation): void {
  const arrivals = Array.from({ length: 300 }, (_, i) => ({
    atNs: 11_003 * i,
    serviceNs: i % 3 === 0 ? 4_000 + i : -1,
    width: i % 7,
  }));
  simulation.inject({ vm: 'api', arrivals });
}

export async function simulationOf({ input, injected }: BitsCase, module?: WebAssembly.Module): Promise<Simulation> {
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  if (injected === true) injectInto(simulation);
  return simulation;
}

/** Everything that must be equal wherever the scenario runs. */
export function essence(result: Result): string {
  const {
    wallSeconds: _wall,
    eventsPerSecond: _rate,
    coreSha256: _core,
    version: _version,
    streams: _streams, // follow from the scenario
    ...manifest
  } = result.manifest;
  // Warnings say what to think of the figures, in words that may be put better.
  return toStableJson({ ...result, warnings: undefined, manifest });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function resultOf(one: BitsCase, module?: WebAssembly.Module): Promise<Result> {
  const simulation = await simulationOf(one, module);
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}
