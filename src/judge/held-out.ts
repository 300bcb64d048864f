// Workloads whose parameters are drawn from a seed that whoever judges keeps to himself, so that nobody tunes to the public ones. Hosts of
// the same kinds as the suite's; every number is drawn. A target is twice what `ideal` has, as the suite's are about that.

import { stream } from '../experiments/draw.js';
import { resolveScenario } from '../scenario/resolve.js';
import type { ScenarioInput } from '../scenario/schema.js';
import type { Scenario } from '../scenario/types.js';
import type { SuiteScenario } from '../study/suite/scenarios.js';
import type { Result } from '../result/result.js';

type Vm = ScenarioInput['vms'][number];
type Stage = NonNullable<NonNullable<Vm['workload']>['request']>['stages'][number];

/** The target until `ideal` has been run. */
const UNKNOWN = '1s';
const WARMUP = '10ms';
const DURATION = '100ms';
/** A target, over the latency under `ideal`. */
const TARGET_OVER_IDEAL = 2;

class Drawn {
  constructor(private readonly next: () => number) {}

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** To three digits, so that the scenario can be read. */
  real(from: number, to: number): number {
    return Number((from + this.next() * (to - from)).toPrecision(3));
  }

  us(from: number, to: number): string {
    return `${this.real(from, to)}us`;
  }
}

const exponential = (mean: string): Stage['service'] => ({ dist: 'exponential', mean });

const batch = (draw: Drawn, max: number): Vm => ({
  name: 'batch',
  class: 'best-effort',
  vcpus: { min: 0, max },
  workload: {
    arrivals: { process: 'saturate', tasks: 3 * max },
    request: { stages: [{ tasks: 1, service: { dist: 'constant', value: draw.us(100, 600) } }] },
  },
});

interface Service {
  readonly name?: string;
  readonly count?: number;
  readonly quantile?: number;
  readonly min: number;
  readonly max: number;
  readonly arrivals: NonNullable<NonNullable<Vm['workload']>['arrivals']>;
  readonly stages: Stage[];
}

const service = ({ name = 'api', count, quantile = 0.99, min, max, arrivals, stages }: Service): Vm => ({
  name,
  ...(count === undefined ? {} : { count }),
  vcpus: { min, max },
  slo: { quantile, latency: UNKNOWN },
  workload: { arrivals, request: { stages } },
});

/** Bursts that use `share` of `cores` while they last. */
function bursts(draw: Drawn, cores: number, meanUs: number, share: number): Service['arrivals'] {
  const onRate = Number(((share * cores * 1e6) / meanUs).toPrecision(3));
  return {
    process: 'onoff',
    onRate,
    offRate: Number((onRate / draw.real(5, 60)).toPrecision(3)),
    meanOn: draw.us(300, 2000),
    meanOff: draw.us(2000, 10_000),
  };
}

type Family = (draw: Drawn) => { about: string; cores: number; vms: Vm[] };

const FAMILIES: Readonly<Record<string, Family>> = {
  bursts(draw) {
    const [max, mean] = [draw.whole(8, 20), draw.real(5, 40)];
    const arrivals = bursts(draw, max, mean, draw.real(0.5, 0.9));
    const vms = [
      service({ min: draw.whole(1, 3), max, arrivals, stages: [{ tasks: 1, service: exponential(`${mean}us`) }] }),
    ];
    return { about: 'a service in bursts beside a job', cores: max + draw.whole(1, 4), vms };
  },
  colocated(draw) {
    const names = ['search', 'cache', 'sessions'].slice(0, draw.whole(2, 3));
    const vms = names.map((name) => {
      const [max, mean] = [draw.whole(4, 12), draw.real(5, 40)];
      const arrivals = bursts(draw, max, mean, draw.real(0.4, 0.8));
      return service({ name, min: 1, max, arrivals, stages: [{ tasks: 1, service: exponential(`${mean}us`) }] });
    });
    return { about: 'services whose bursts meet by chance', cores: draw.whole(16, 28), vms };
  },
  'fork-join'(draw) {
    const [max, width, mean] = [draw.whole(12, 24), draw.whole(8, 48), draw.real(10, 40)];
    const rate = Number(((draw.real(0.3, 0.6) * max * 1e6) / (mean * (width / 2 + 1))).toPrecision(3));
    const stages = [
      { tasks: { dist: 'uniform' as const, min: 1, max: width }, service: exponential(`${mean}us`) },
      { tasks: 1, service: exponential(`${mean}us`) },
    ];
    const arrivals = { process: 'poisson' as const, rate };
    return {
      about: 'requests of many tasks at once',
      cores: max + 1,
      vms: [service({ min: 2, max, arrivals, stages })],
    };
  },
  tenants(draw) {
    const [count, mean] = [draw.whole(8, 20), draw.real(5, 25)];
    const arrivals = bursts(draw, 3, mean, draw.real(0.5, 0.9));
    const stages = [{ tasks: 1, service: exponential(`${mean}us`) }];
    const vms = [service({ name: 'tenant', count, min: 1, max: 4, arrivals, stages })];
    return { about: 'many small services', cores: count + draw.whole(4, 12), vms };
  },
  'heavy-tail'(draw) {
    const [max, share, short, long] = [
      draw.whole(8, 16),
      draw.real(0.002, 0.02),
      draw.real(4, 12),
      draw.real(200, 800),
    ];
    const mean = short * (1 - share) + long * share;
    const rate = Number(((draw.real(0.3, 0.65) * max * 1e6) / mean).toPrecision(3));
    const law = { dist: 'bimodal' as const, short: `${short}us`, long: `${long}us`, longShare: share };
    const arrivals = { process: 'poisson' as const, rate };
    const vms = [service({ min: 2, max, arrivals, stages: [{ tasks: 1, service: law }] })];
    return { about: 'few requests that take very long', cores: max + draw.whole(1, 4), vms };
  },
  clients(draw) {
    const [max, mean] = [draw.whole(6, 14), draw.real(10, 40)];
    const think = draw.real(500, 2000);
    const clients = Math.round((draw.real(0.4, 0.8) * max * (think + mean)) / mean);
    const arrivals = {
      process: 'closed' as const,
      clients,
      think: { dist: 'exponential' as const, mean: `${think}us` },
    };
    const vms = [service({ min: 2, max, arrivals, stages: [{ tasks: 1, service: exponential(`${mean}us`) }] })];
    return { about: 'clients that think: who is slow gets less to do', cores: max + draw.whole(1, 4), vms };
  },
};

/** One of each kind, with the numbers of this seed; their targets are not known yet. */
export function heldOut(seed: number): SuiteScenario[] {
  return Object.entries(FAMILIES).map(([name, family], purpose) => {
    const draw = new Drawn(stream(seed, purpose));
    const { about, cores, vms } = family(draw);
    const scenario = resolveScenario({
      version: 1,
      seed: draw.whole(1, 1e6),
      warmup: WARMUP,
      duration: DURATION,
      host: { cores },
      mechanism: 'ideal',
      vms: [...vms, batch(draw, cores - 1)],
    });
    return { name, about, scenario };
  });
}

/** The same with targets by what `ideal` gave: VMs of one group have one, the greatest. */
export function targeted(one: SuiteScenario, ideal: Result): SuiteScenario {
  const vms = one.scenario.vms.map((vm): Scenario['vms'][number] => {
    if (vm.slo === undefined) return vm;
    const own = ideal.vms.filter(({ name }) => name === vm.name || name.startsWith(`${vm.name}-`));
    const latency = Math.max(...own.map(({ slo }) => slo?.latencyNs ?? 0));
    return { ...vm, slo: { ...vm.slo, latencyNs: Math.ceil((TARGET_OVER_IDEAL * latency) / 1000) * 1000 } };
  });
  return { ...one, scenario: { ...one.scenario, vms } };
}
