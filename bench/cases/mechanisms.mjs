// Cases "mechanisms" and "manyVms": what an event, and a request or move, costs under each mechanism where it moves cores, against hyperflux;
// and one arbiter that looks after 5,000 VMs instead of 100, under the same load in all.
import { figure, interleave } from '../measure.mjs';
import { COLOCATED, exponential } from './hyperflux.mjs';
import { simulate } from './ideal.mjs';

const POLLING = new Set(['hyperflux', 'blind', 'shenango', 'caladan']);

/** 64 cores for VMs, under all mechanisms. */
const host = (mechanism, durationUs, knobs = {}) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: POLLING.has(mechanism) ? 65 : 64 },
  mechanism: { kind: mechanism, ...knobs },
});

/** Requests come one by one and every one may need a core: for mechanisms that move one in microseconds. */
const steady = (mechanism, durationUs) => ({
  ...host(mechanism, durationUs),
  vms: COLOCATED,
});

/** Bursts of ten milliseconds, for mechanisms that take milliseconds; these are made as quick as that, so that they do move cores. */
const QUICK = {
  ditto: { interval: '2ms' },
  hotplug: { latency: '2ms', unplugLatency: '2ms', interval: '1ms', idleBefore: '4ms' },
  microvm: { boot: '5ms', restore: '1ms', interval: '1ms' },
};
const bursts = (mechanism, durationUs) => ({
  ...host(mechanism, durationUs, QUICK[mechanism]),
  vms: [
    {
      name: 'api',
      count: 20,
      vcpus: { min: 1, max: 8 },
      workload: {
        arrivals: { process: 'onoff', onRate: 3e5, offRate: 1e3, meanOn: '10ms', meanOff: '40ms' },
        request: exponential('10us'),
      },
    },
    {
      name: 'batch',
      count: 5,
      class: 'best-effort',
      vcpus: { min: 1, max: 16 },
      workload: { arrivals: { process: 'saturate', tasks: 16 }, request: exponential('100us') },
    },
  ],
});

// nsdi22 is left out: it has the rules and units of another simulator, whose scenarios have one VM and no classes
const GROUPS = [
  {
    title: 'requests one by one',
    scenario: steady,
    kinds: ['hyperflux', 'blind', 'shenango', 'caladan', 'cgroup', 'ideal'],
    durationUs: { smoke: 2_000, full: 400_000 },
  },
  {
    title: 'bursts of 10 ms',
    scenario: bursts,
    kinds: ['hyperflux', 'ditto', 'hotplug', 'microvm', 'static'],
    durationUs: { smoke: 30_000, full: 400_000 },
  },
];

/**
 * What each mechanism costs beside hyperflux on the same arrivals: an event, and a request or move, since mechanisms spend
 * different numbers of events on the same work.
 */
export async function mechanisms({ Simulation }, { smoke }) {
  const counts = {};
  const figures = [];
  for (const { title, scenario, kinds, durationUs } of GROUPS) {
    const contestant = (kind) => async () => {
      const length = smoke ? durationUs.smoke : durationUs.full;
      const { took, events, result } = await simulate(Simulation, scenario(kind, length));
      const completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
      const moves = result.reallocation.count;
      counts[`${kind}, ${title}`] = { events, completed, moves };
      return { perEvent: (took / events) * 1e9, perWork: (took / (completed + moves)) * 1e9 };
    };
    const samples = await interleave(Object.fromEntries(kinds.map((kind) => [kind, contestant(kind)])), smoke ? 1 : 5);
    const of = (kind, which) => samples[kind].map((sample) => sample[which]);
    const against = (kind, which) => of(kind, which).map((ns, turn) => ns / samples.hyperflux[turn][which]);
    for (const kind of kinds) {
      const { events, completed, moves } = counts[`${kind}, ${title}`];
      const note = `${completed} requests, ${moves} moves`;
      if (kind === 'hyperflux') {
        const name = `64 cores, ${title}, hyperflux`;
        figures.push(figure(name, 'ns/event', of(kind, 'perEvent'), { note: `${events} events` }));
        figures.push(figure(`  a request or move, ${title}`, 'ns', of(kind, 'perWork'), { note }));
      } else {
        figures.push(figure(`  ${kind} / hyperflux, an event`, '×', against(kind, 'perEvent')));
        figures.push(
          figure(`  ${kind} / hyperflux, a request or move`, '×', against(kind, 'perWork'), { most: 1.3, note }),
        );
      }
    }
  }
  return { figures, counts };
}

/** Requests of 10 us at `rate` in all, whoever they belong to; no VM is sure of a core, so that every burst asks the arbiter. */
const spreadOver = (vms, rate, durationUs) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: 65 },
  mechanism: 'hyperflux',
  histogram: { share: 'group' },
  vms: [
    {
      name: 'vm',
      count: vms,
      vcpus: { min: 0, max: 4 },
      workload: { arrivals: { process: 'poisson', rate: rate / vms }, request: exponential('10us') },
    },
  ],
});

// What one arbiter keeps up with, and what it does not: a round over 5,000 VMs lasts 275 us (`explain pollPerVm`) and grants an
// idle core once, so that beyond some 230,000 short bursts a second nearly every VM waits in every round.
const LOADS = { 'it keeps up': 1e5, overloaded: 2e6 };

export async function manyVms({ Simulation }, { smoke }) {
  const counts = {};
  const figures = [];
  for (const [load, rate] of Object.entries(LOADS)) {
    const contestant = (vms) => async () => {
      const durationUs = smoke ? 2_000 : 1e12 / rate / 2;
      const { took, events, result } = await simulate(Simulation, spreadOver(vms, rate, durationUs));
      const completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
      counts[`${load}, ${vms}`] = { events, completed, vms: result.vms.length };
      return events / took / 1e6;
    };
    const { few, many } = await interleave({ few: contestant(100), many: contestant(5_000) }, smoke ? 1 : 5);
    figures.push(
      figure(`one arbiter, 100 VMs, ${rate / 1e6} M requests/s`, 'M events/s', few, {
        note: `${counts[`${load}, 100`].events} events`,
      }),
      figure(`  5,000 VMs (${load})`, 'M events/s', many, { note: `${counts[`${load}, 5000`].events} events` }),
      figure(
        '  5,000 VMs / 100 VMs',
        '×',
        many.map((speed, turn) => speed / few[turn]),
        load === 'overloaded' ? { more: true, note: 'no bar: nearly every VM waits in every round' } : { least: 0.7 },
      ),
    );
  }
  return { figures, counts };
}
