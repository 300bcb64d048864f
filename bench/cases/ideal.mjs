// Case "ideal": M/M/16 at load 0.8, 10 us of service, all histograms and the fingerprint on, through the public API; beside it the
// same model in C, the same over the kernel alone, and the npm peers. Two events a request: it arrives, it departs.
// C, kernel and simulator draw the same numbers, so their totals must be equal to the bit; the peers draw their own.
import { figure, interleave, timed } from '../measure.mjs';
import { buildAnchor, buildKernel, entityOf, kernelTotals } from '../programs.mjs';
import { runSimjs } from '../peers/simjs.mjs';
import { runSimscript } from '../peers/simscript.mjs';

const SEED = 1;
const RATE = 1.28e6;
const MODEL = { servers: 16, rate: RATE, meanNs: 10_000, seed: SEED, entity: entityOf('api') };

export const idealScenario = (durationUs, changes = {}) => ({
  version: 1,
  seed: SEED,
  duration: `${durationUs}us`,
  host: { cores: 16 },
  mechanism: 'ideal',
  costs: 'none',
  vms: [
    {
      name: 'api',
      vcpus: { min: 16, max: 16 },
      workload: {
        arrivals: { process: 'poisson', rate: RATE },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
  ],
  ...changes,
});

/** Runs a scenario to its end: its result, its events, and the seconds of the run alone. `of`: what the result holds besides. */
export async function simulate(Simulation, scenario, options, of) {
  const simulation = await Simulation.create(scenario, options);
  try {
    const { seconds: took } = await timed(() => simulation.run());
    return { took, result: simulation.metrics(of), events: simulation.events, memoryBytes: simulation.memoryBytes };
  } finally {
    simulation.close();
  }
}

export async function ideal({ Simulation }, { smoke }) {
  const requests = smoke ? 20_000 : 5_000_000;
  const turns = smoke ? 1 : 7;
  const durationUs = Math.round((requests / RATE) * 1e6);
  const untilNs = durationUs * 1000;
  const anchor = buildAnchor();
  const kernel = await buildKernel(!smoke);
  let totals;
  const counts = { fingerprints: new Set() };

  const contestants = {
    api: async () => {
      const { took, events, result } = await simulate(Simulation, idealScenario(durationUs));
      counts.api = { events, arrived: result.vms[0].arrived, latencyMeanNs: result.vms[0].latencyNs.mean };
      counts.latencyCount = result.vms[0].latencyNs.count;
      counts.fingerprints.add(result.manifest.fingerprint);
      return events / took / 1e6;
    },
    kernel: async () => {
      const exports = kernel(MODEL);
      const { seconds: took, value: ran } = await timed(() => exports.run(untilNs));
      if (!ran) throw new Error('kernel: more requests wait than it has room for');
      totals = kernelTotals(exports);
      return totals.events / took / 1e6;
    },
    withoutFingerprint: async () => {
      const { took, events } = await simulate(Simulation, idealScenario(durationUs, { fingerprint: false }));
      return events / took / 1e6;
    },
  };
  if (anchor !== null) {
    contestants.anchor = () => {
      const run = anchor({ ...MODEL, untilNs });
      counts.anchor = { events: run.events, arrived: run.arrived, latencySum: run.latencyNs.sum };
      counts.anchorHashes = [run.latencyNs.hash, run.queueDelayNs.hash, run.slowdown.hash];
      return run.events / run.cpu / 1e6;
    };
  }
  const samples = await interleave(contestants, turns);

  const peerRequests = { simjs: smoke ? 2_000 : 300_000, simscript: smoke ? 500 : 20_000 };
  const peers = await interleave(
    {
      simjs: async () => {
        const { seconds: took, value } = await timed(() => runSimjs({ ...MODEL, requests: peerRequests.simjs }));
        counts.simjs = value;
        return (2 * value.completed) / took / 1e6;
      },
      simscript: async () => {
        const { seconds: took, value } = await timed(() =>
          runSimscript({ ...MODEL, requests: peerRequests.simscript }),
        );
        counts.simscript = value;
        return (2 * value.completed) / took / 1e6;
      },
    },
    smoke ? 1 : 3,
    0,
  );

  counts.kernel = { events: totals.events, arrived: totals.arrived, latencySum: totals.latencyNs.sum };
  counts.kernelHashes = [totals.latencyNs.hash, totals.queueDelayNs.hash, totals.slowdown.hash];
  counts.fingerprints = [...counts.fingerprints];

  const ratios = (own, other) => own.map((value, turn) => value / other[turn % other.length]);
  const figures = [figure('M/M/16, ideal, through the API', 'M events/s', samples.api)];
  if (samples.anchor === undefined) counts.skipped = 'no C compiler (cc) here: the anchor and its ratios are left out';
  else {
    figures.push(
      figure('  C anchor (cc -O3 -march=native)', 'M events/s', samples.anchor, {
        note: 'same draws, same 3 histograms: counters u64, sum, 128-bit squares, min, max',
      }),
      figure('  kernel alone (as the core is compiled)', 'M events/s', samples.kernel, { note: 'the same' }),
      figure('  API / C anchor', '×', ratios(samples.api, samples.anchor), { least: 0.75 }),
      figure('  kernel / C anchor', '×', ratios(samples.kernel, samples.anchor), { least: 0.97 }),
    );
  }
  figures.push(
    figure('  simjs 2.0.3', 'M events/s', peers.simjs, { note: 'mean only, no histogram' }),
    figure('  SimScript 1.0.37', 'M events/s', peers.simscript, { note: 'mean only, no histogram' }),
    figure('  API / simjs', '×', ratios(samples.api, peers.simjs), { least: 8 }),
    figure(
      '  fingerprint costs',
      '%',
      ratios(samples.withoutFingerprint, samples.api).map((x) => (x - 1) * 100),
      { most: 5 },
    ),
  );
  const nsPerEvent = samples.api.map((rate) => 1000 / rate);
  return { figures, counts, nsPerEvent, anchorNsPerEvent: samples.anchor?.map((rate) => 1000 / rate) };
}
