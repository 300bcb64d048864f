// Hosts whose arbiter is crowded: more VMs than cores, of few ranks, whose requests are short, so that in one round some are denied,
// some lose a core and some get one. What a round remembers of who was denied has to stand all of that.

import fc from 'fast-check';
import { resolveScenario, type ScenarioInput } from '../../src/index.js';
import type { Made } from './generate.js';
import type { Arrival } from './scenario.js';

interface Crowd {
  readonly cores: number;
  readonly kind: (typeof KINDS)[number];
  readonly drains: boolean;
  readonly threshold: number;
  readonly levels: number;
  readonly guarantees: boolean;
  readonly vms: readonly {
    readonly max: number;
    readonly level: number;
    readonly min: number;
    readonly jobs: readonly (readonly [number, number])[];
  }[];
}

const KINDS = ['hyperflux', 'hyperflux', 'blind', 'shenango', 'caladan', 'hotplug', 'microvm', 'ditto'] as const;

const small = (max: number): fc.Arbitrary<number> => fc.nat({ max });

/** `kinds`: of which mechanisms. */
export function crowds(kinds: readonly (typeof KINDS)[number][] = KINDS): fc.Arbitrary<Crowd> {
  return fc.record({
    cores: fc.integer({ min: 6, max: 40 }),
    kind: fc.constantFrom(...kinds),
    drains: fc.boolean(),
    threshold: small(3),
    levels: fc.integer({ min: 1, max: 2 }),
    guarantees: fc.boolean(),
    vms: fc.array(
      fc.record({
        max: small(7),
        level: small(1),
        min: small(1),
        jobs: fc.array(fc.tuple(small(29), small(9)), { minLength: 10, maxLength: 40, size: 'max' }),
      }),
      { minLength: 12, maxLength: 48, size: 'max' },
    ),
  });
}

export function crowded({ cores, kind, drains, threshold, levels, guarantees, vms }: Crowd): Made {
  const arrivals: Arrival[] = [];
  let guaranteed = 0;
  let end = 0;
  const own = vms.map(({ max, level, min, jobs }, vm): ScenarioInput['vms'][number] => {
    let atNs = 0;
    for (const [gap, service] of jobs) {
      atNs += 331 * gap;
      arrivals.push({ vm, atNs, serviceNs: 1511 * (1 + service), width: 1 });
    }
    end = Math.max(end, atNs);
    const least = guarantees && guaranteed < cores / 2 ? min : 0;
    guaranteed += least;
    return {
      name: `vm${vm}`,
      class: level < levels - 1 ? 'best-effort' : 'latency-critical',
      vcpus: { min: least, max: Math.min(cores, 1 + max) },
      workload: {
        arrivals: { process: 'none' },
        request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
      },
    };
  });
  const knobs = {
    ...(kind === 'microvm' ? {} : { grant: drains ? ('drain' as const) : ('one' as const) }),
    ...(['hyperflux', 'blind'].includes(kind) ? { threshold: `${[10, 0, 3, 20][threshold]}us` } : {}),
  };
  const input = {
    version: 1,
    seed: 1,
    duration: `${Math.ceil(end / 1000) + 60}us`,
    host: { cores: cores + 1 },
    mechanism: { kind, ...knobs },
    limits: { tasks: 4096 },
    histogram: { precision: 0.2 },
    fingerprint: false,
    vms: own,
  } as ScenarioInput;
  return { input, scenario: resolveScenario(input), arrivals, memory: null };
}
