// One small host on which everything happens: two latency-critical VMs and a best-effort one share fewer cores than they could
// use, so that cores move under every mechanism that moves any. Each variant turns one more part of the model on.

import type { ScenarioInput } from '../../src/index.js';
import type { MechanismKind } from '../../src/mechanisms/types.js';
import { type VmInput, EXPONENTIAL } from './scenarios.js';

export const VARIANTS = ['plain', 'fork-join', 'lock', 'quantum', 'single-queue', 'no-stealing', 'costs-none'] as const;
export type Variant = (typeof VARIANTS)[number];

type Mechanism = ScenarioInput['mechanism'];

/** A mechanism at a pace that fits runs of some ten milliseconds. */
export function paced(kind: MechanismKind): Mechanism {
  if (kind !== 'hotplug') return kind;
  return { kind: 'hotplug', latency: '300us', unplugLatency: '200us', interval: '100us', idleBefore: '1ms' };
}

function vmOf(name: string, variant: Variant, over: Partial<VmInput>): VmInput {
  return {
    name,
    vcpus: { min: 1, max: 6 },
    ...(variant === 'quantum' ? { quantum: '5us' } : {}),
    ...(variant === 'single-queue' ? { dispatch: 'single-queue' as const } : {}),
    ...(variant === 'no-stealing' ? { stealing: 'none' as const } : {}),
    workload: {
      arrivals: { process: 'poisson', rate: 1e5 },
      request: {
        stages:
          variant === 'fork-join'
            ? [
                { tasks: { dist: 'uniform', min: 1, max: 6 }, service: { dist: 'exponential', mean: '3us' } },
                { tasks: 2, service: { dist: 'lognormal', mean: '2us', cv: 1 } },
              ]
            : [{ tasks: 1, service: EXPONENTIAL }],
        ...(variant === 'lock' ? { lock: { probability: 0.3, hold: '2us' } } : {}),
      },
    },
    ...over,
  };
}

export function contended(kind: MechanismKind, variant: Variant, mechanism: Mechanism = paced(kind)): ScenarioInput {
  return {
    version: 1,
    seed: 20_261_120,
    warmup: '1ms',
    duration: '15ms',
    host: { cores: 8 },
    mechanism,
    ...(variant === 'costs-none' ? { costs: 'none' as const } : {}),
    vms: [
      vmOf('api', variant, {}),
      vmOf('web', variant, { vcpus: { min: 2, max: 4 } }),
      vmOf('batch', variant, { class: 'best-effort', vcpus: { min: 1, max: 8 } }),
    ],
  };
}
