// Cases "mechanisms" and "manyVms": what an event costs under each mechanism on one scenario, against hyperflux in the same turns;
// and one arbiter that looks after 5,000 VMs instead of 100, under the same load in all.
import { figure, interleave } from '../measure.mjs';
import { exponential } from './hyperflux.mjs';
import { simulate } from './ideal.mjs';

/** Every VM is sure of a core, so that mechanisms that never move one have work too; 64 cores for VMs under all of them. */
const shared = (mechanism, durationUs) => ({
  version: 1,
  seed: 1,
  duration: `${durationUs}us`,
  host: { cores: POLLING.has(mechanism) ? 65 : 64 },
  mechanism,
  vms: [
    {
      name: 'api',
      count: 40,
      vcpus: { min: 1, max: 8 },
      workload: { arrivals: { process: 'poisson', rate: 70_000 }, request: exponential('10us') },
    },
    {
      name: 'batch',
      count: 10,
      class: 'best-effort',
      vcpus: { min: 1, max: 16 },
      workload: { arrivals: { process: 'saturate', tasks: 16 }, request: exponential('100us') },
    },
  ],
});

const POLLING = new Set(['hyperflux', 'blind', 'shenango', 'caladan']);
// nsdi22 is left out: it has the rules and units of another simulator, whose scenarios have one VM and no classes
const KINDS = ['hyperflux', 'blind', 'shenango', 'caladan', 'ditto', 'hotplug', 'microvm', 'cgroup', 'static', 'ideal'];

/** Mechanisms spend different numbers of events on the same work. */
const workOf = ({ events, moves }, base) =>
  `${(events / base.events).toFixed(2)} × its events for the same arrivals, ${moves} moves`;

/** ns an event under each mechanism, as a ratio to hyperflux. */
export async function mechanisms({ Simulation }, { smoke }) {
  const counts = {};
  const contestant = (kind) => async () => {
    const { took, events, result } = await simulate(Simulation, shared(kind, smoke ? 2_000 : 200_000));
    const completed = result.vms.reduce((sum, vm) => sum + vm.completed, 0);
    counts[kind] = { events, completed, moves: result.reallocation.count };
    return (took / events) * 1e9;
  };
  const samples = await interleave(Object.fromEntries(KINDS.map((kind) => [kind, contestant(kind)])), smoke ? 1 : 5);
  const figures = KINDS.map((kind) =>
    kind === 'hyperflux'
      ? figure('64 cores, 50 VMs, hyperflux', 'ns/event', samples[kind], { note: `${counts[kind].events} events` })
      : figure(
          `  ${kind} / hyperflux`,
          '×',
          samples[kind].map((ns, turn) => ns / samples.hyperflux[turn]),
          { most: 1.3, note: workOf(counts[kind], counts.hyperflux) },
        ),
  );
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
        load === 'overloaded' ? { note: 'no bar: nearly every VM waits in every round' } : { least: 0.5 },
      ),
    );
  }
  return { figures, counts };
}
