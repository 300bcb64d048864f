// Cases "hyperflux", "idle VMs" and "microsecond tasks": what the full machinery of a host costs, whether idle VMs cost anything,
// and the configuration on which the nearest simulator (scheduling-policies-sim, NSDI'22) is slowest.
// The first beside the same model in C (bench/native/hyperflux.c): an event of it is no event of an M/M/k queue, so what the bar
// against that one asks for is told by what this very model costs anybody.
import { figure, interleave, spread } from '../measure.mjs';
import { buildHyperflux } from '../programs.mjs';
import { simulate } from './ideal.mjs';

export const exponential = (mean) => ({ stages: [{ tasks: 1, service: { dist: 'exponential', mean } }] });

const SEED = 1;
/** Other seeds, 2 ms of each: what one trajectory never meets. */
const BESIDE = [2, 3, 4, 5, 6, 7, 8, 9];
const BESIDE_US = 2_000;
/** What the core may take, of the same model in C; as a page fault. */
const MOST_OF_C = 2;

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
const colocated = (durationUs, seed = SEED) => ({
  version: 1,
  seed,
  duration: `${durationUs}us`,
  host: { cores: 65 },
  mechanism: 'hyperflux',
  vms: COLOCATED,
});

const OF_A_VM = [
  ...['arrived', 'completed', 'steals', 'stealAttempts', 'tasksStolen'],
  ...['preemptions', 'yields', 'grants', 'revocations'],
];
const OF_A_GROUP = ['latencyNs', 'queueDelayNs', 'slowdown'];

/** What both programs count: of all, of each VM, and the distributions that VMs of a group share. */
function counted(events, { reallocation, vms }) {
  const { count: moves, arbiter } = reallocation;
  const groups = vms.filter(({ name }) => name.endsWith('-0'));
  return {
    events: events + arbiter.roundsSkipped, // C holds every round
    rounds: arbiter.rounds + arbiter.roundsSkipped,
    denied: arbiter.denied,
    moves,
    ...Object.fromEntries(vms.map((vm) => [vm.name, OF_A_VM.map((what) => vm[what])])),
    ...Object.fromEntries(groups.map((vm) => [`group of ${vm.name}`, OF_A_GROUP.map((what) => comparable(vm[what]))])),
  };
}

/** All but the standard deviation, whose sums of squares C hands over rounded. */
const comparable = (distribution) => ({ ...distribution, stddev: undefined });

function countedInC({ events, rounds, denied, vms, groups }, names, Histogram) {
  const [grants, firsts] = [OF_A_VM.indexOf('grants'), names.filter((name) => name.endsWith('-0'))];
  return {
    ...{ events, rounds, denied },
    moves: vms.reduce((sum, vm) => sum + vm[grants], 0),
    ...Object.fromEntries(vms.map((vm, index) => [names[index], vm])),
    ...Object.fromEntries(
      groups.map((group, index) => [
        `group of ${firsts[index]}`,
        OF_A_GROUP.map((what) => comparable(distributionInC(group[what], what, Histogram))),
      ]),
    ),
  };
}

function distributionInC({ count, sum, squares, min, max, buckets }, what, Histogram) {
  const counts = new Float64Array(Math.max(-1, ...buckets.map(([index]) => index)) + 1);
  for (const [index, n] of buckets) counts[index] = n;
  const sumSquares = Number((BigInt(squares[0]) << 64n) + BigInt(squares[1]));
  const scale = what === 'slowdown' ? 1 / 1024 : 1;
  const totals = { count, sum: Number(sum), sumSquares, min, max };
  const histogram = Histogram.fromRaw({ ...totals, subBucketBits: 10, scale, counts });
  return { ...histogram.distribution(), ...(what === 'latencyNs' ? { histogram: histogram.buckets() } : {}) };
}

/** @throws Error where C counted anything else. */
function hold(ours, inC) {
  for (const what of new Set([...Object.keys(ours), ...Object.keys(inC)])) {
    const both = [ours[what], inC[what]].map((one) => JSON.stringify(one));
    if (both[0] === both[1]) continue;
    const [one, other] = both.map(String);
    let at = 0;
    while (at < one.length && one[at] === other[at]) at++;
    const shown = [one, other].map((text) => text.slice(Math.max(0, at - 60), at + 200));
    throw new Error(`hyperflux: the core and C disagree on ${what}\n${shown.join('\n')}`);
  }
}

/** ns an event with everything on, against case "ideal" and the same model in C. */
export async function hyperflux({ Simulation, Histogram }, { smoke }, { nsPerEvent, anchorNsPerEvent }) {
  const durationUs = smoke ? 2_000 : 200_000;
  const counts = { fingerprints: new Set() };
  let ours;
  const contestants = {
    colocated: async () => {
      ours = await simulate(Simulation, colocated(durationUs), {}, { histograms: true });
      const { took, events, result } = ours;
      counts.events = events;
      counts.completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
      counts.moves = result.reallocation.count;
      counts.fingerprints.add(result.manifest.fingerprint);
      return (took / events) * 1e9;
    },
  };
  const program = buildHyperflux();
  if (program === null) counts.skipped = 'no C compiler (cc) here: hyperflux is compared with nothing of its kind';
  else {
    const inC = (lasted, seed, { events, result }) => {
      const run = program({ untilNs: lasted * 1000, seed });
      const names = result.vms.map(({ name }) => name);
      const same = countedInC(run, names, Histogram);
      hold(counted(events, result), same);
      const completed = run.vms.reduce((sum, vm) => sum + vm[1], 0);
      return {
        nsPerEvent: (run.cpu / run.events) * 1e9,
        counts: { events: same.events, moves: same.moves, completed },
      };
    };
    for (const seed of BESIDE) {
      inC(BESIDE_US, seed, await simulate(Simulation, colocated(BESIDE_US, seed), {}, { histograms: true }));
    }
    contestants.inC = () => {
      const one = inC(durationUs, SEED, ours);
      counts.inC = one.counts;
      return one.nsPerEvent;
    };
  }
  const { colocated: samples, inC } = await interleave(contestants, smoke ? 1 : 5);
  const over = (own, other) => own.map((ns) => ns / spread(other).median);
  const figures = [
    figure('hyperflux, 64 + 1 cores, 100 VMs', 'ns/event', samples, {
      note: `${counts.moves} moves in ${counts.events} events`,
    }),
    figure('  against ideal M/M/16', '×', over(samples, nsPerEvent), { most: 3 }),
  ];
  if (anchorNsPerEvent !== undefined) {
    figures.push(figure('  against the C anchor', '×', over(samples, anchorNsPerEvent), { most: 2.5 }));
  }
  if (inC !== undefined) {
    figures.push(
      figure('  the same model in C (cc -O3 -march=native)', 'ns/event', inC, {
        note: `the same counts, of ${1 + BESIDE.length} seeds`,
      }),
      figure(
        '  hyperflux / the same model in C',
        '×',
        samples.map((ns, turn) => ns / inC[turn]),
        { most: MOST_OF_C },
      ),
      figure('  the same model in C / the C anchor', '×', over(inC, anchorNsPerEvent), {
        note: 'what that bar asks of anybody',
      }),
    );
  }
  return { figures, counts: { ...counts, fingerprints: [...counts.fingerprints] } };
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
