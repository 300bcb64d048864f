// Cases "hyperflux", "idle VMs" and "microsecond tasks": what the full machinery of a host costs, whether idle VMs cost anything,
// and the configuration on which the nearest simulator (scheduling-policies-sim, NSDI'22) is slowest.
import { figure, interleave, spread } from '../measure.mjs';
import { simulate } from './ideal.mjs';

export const exponential = (mean) => ({ stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] });

/** 80 latency-critical VMs at 0.45 core each, 20 best-effort ones that take the rest of 64 cores. */
export const COLOCATED = [
  {
    name: 'api',
    count: 80,
    vcpus: { min: 0, max: 8 },
    workload: { arrivals: { process: 'poisson', rate: 45_000 }, request: exponential('10us') },
  },
  {
    name: 'batch',
    count: 20,
    class: 'best-effort',
    vcpus: { min: 0, max: 16 },
    workload: { arrivals: { process: 'saturate', tasks: 16 }, request: exponential('100us') },
  },
];

/** One core more, for the arbiter. */
const colocated = (durationUs) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: 65 },
  mechanism: 'hyperflux',
  vms: COLOCATED,
});

/** ns an event with everything on, against case "ideal". */
export async function hyperflux({ Simulation }, { smoke }, { nsPerEvent, anchorNsPerEvent }) {
  const counts = { fingerprints: new Set() };
  const { colocated: samples } = await interleave(
    {
      colocated: async () => {
        const { took, events, result } = await simulate(Simulation, colocated(smoke ? 2_000 : 200_000));
        counts.events = events;
        counts.completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
        counts.moves = result.reallocation.count;
        counts.fingerprints.add(result.manifest.fingerprint);
        return (took / events) * 1e9;
      },
    },
    smoke ? 1 : 5,
  );
  const base = spread(nsPerEvent).median;
  return {
    figures: [
      figure('hyperflux, 64 + 1 cores, 100 VMs', 'ns/event', samples, {
        note: `${counts.moves} moves in ${counts.events} events`,
      }),
      figure(
        '  against ideal M/M/16',
        '×',
        samples.map((ns) => ns / base),
        { most: 3 },
      ),
      ...(anchorNsPerEvent === undefined
        ? []
        : [
            figure(
              '  against the C anchor',
              '×',
              samples.map((ns) => ns / spread(anchorNsPerEvent).median),
              { most: 2.5 },
            ),
          ]),
    ],
    counts: { ...counts, fingerprints: [...counts.fingerprints] },
  };
}

/** 100 busy VMs beside `idle` that never do anything. The arbiter's round must not grow with them: pollPerVm is 0 in both. */
const busyBeside = (idle, durationUs) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: 33 },
  mechanism: 'hyperflux',
  costs: { pollPerVm: '0ns' },
  histogram: { share: 'group' },
  vms: [
    {
      name: 'busy',
      count: 100,
      vcpus: { min: 0, max: 4 },
      workload: { arrivals: { process: 'poisson', rate: 20_000 }, request: exponential('10us') },
    },
    ...(idle === 0 ? [] : [{ name: 'idle', count: idle, vcpus: { min: 0, max: 4 } }]),
  ],
});

export async function idleVms({ Simulation }, { smoke }) {
  const durationUs = smoke ? 2_000 : 1_000_000;
  const counts = {};
  const contestant = (name, idle) => async () => {
    const { took, events, result } = await simulate(Simulation, busyBeside(idle, durationUs));
    counts[name] = { events, arrived: result.vms.reduce((sum, vm) => sum + vm.arrived, 0), vms: result.vms.length };
    return took;
  };
  const { alone, among } = await interleave(
    { alone: contestant('alone', 0), among: contestant('among', 9_900) },
    smoke ? 1 : 5,
  );
  return {
    figures: [
      figure('100 busy VMs alone', 's', alone),
      figure('  the same among 10,000', 's', among, { note: 'pollPerVm 0 in both: same rounds of the arbiter' }),
      figure(
        '  among / alone',
        '×',
        among.map((took, turn) => took / alone[turn]),
        { most: 1.1 },
      ),
    ],
    counts,
  };
}

const microsecondTasks = (mechanism, durationUs) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: mechanism === 'static' ? 32 : 33 },
  mechanism: mechanism === 'static' ? 'static' : { kind: 'hyperflux', interval: '5us', threshold: '1us' },
  costs: { stealCheck: '120ns' },
  vms: [
    {
      name: 'app',
      vcpus: { min: mechanism === 'static' ? 32 : 0, max: 32 },
      workload: { arrivals: { process: 'poisson', rate: 1.6e7 }, request: exponential('1us') },
    },
  ],
});

/** scheduling-policies-sim under CPython on another machine of this class: static, and with reallocation. Quoted, not run here. */
const QUOTED_TASKS_PER_SECOND = { static: 521, hyperflux: 1_381 };

export async function microsecond({ Simulation }, { smoke }) {
  const counts = {};
  const contestant = (mechanism) => async () => {
    const { took, events, result } = await simulate(Simulation, microsecondTasks(mechanism, smoke ? 500 : 100_000));
    const [vm] = result.vms;
    counts[mechanism] = { events, completed: vm.completed, fingerprint: result.manifest.fingerprint };
    return vm.completed / took / 1e6;
  };
  const samples = await interleave({ static: contestant('static'), hyperflux: contestant('hyperflux') }, smoke ? 1 : 5);
  const names = { static: '32 cores, 1 us tasks, load 0.5, static', hyperflux: '  the same, reallocation every 5 us' };
  const figures = Object.entries(samples).map(([mechanism, list]) => {
    const quoted = QUOTED_TASKS_PER_SECOND[mechanism];
    return figure(names[mechanism], 'M tasks/s', list, {
      least: (1000 * quoted) / 1e6,
      note: `1,000 × ${quoted} tasks/s of scheduling-policies-sim, quoted from another machine`,
    });
  });
  return { figures, counts };
}
