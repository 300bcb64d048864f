// Case "fork": what it costs to take a host of some 64 MiB as it is, to start another from it, and to put it down as bytes.
import { figure, interleave } from '../measure.mjs';

const MIB = 2 ** 20;

/** Histograms of 0.1 % for each of `count` VMs make up nearly all of it: some 1 MiB a VM. */
const broad = (count) => ({
  version: 1,
  seed: 1,
  duration: '10ms',
  host: { cores: 17 },
  mechanism: 'hyperflux',
  histogram: { precision: 0.001, share: 'vm', memory: '128MiB' },
  vms: [
    {
      name: 'api',
      count,
      vcpus: { min: 0, max: 4 },
      workload: {
        arrivals: { process: 'poisson', rate: 20_000 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
  ],
});

/** Wall time: a fork waits for nothing, and the processor time of one is below the clock's tick. */
async function wallSeconds(work) {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1e3;
}

export async function fork({ Simulation }, { smoke }) {
  const simulation = await Simulation.create(broad(smoke ? 2 : 60));
  await simulation.runUntil(5_000_000);
  const bytes = simulation.snapshot();
  const mebibytes = bytes.length / MIB;
  const closing = async (made) => (await made).close();
  const samples = await interleave(
    {
      fork: async () => 1e3 * (await wallSeconds(() => closing(simulation.fork()))),
      snapshot: async () => mebibytes / 1024 / (await wallSeconds(() => simulation.snapshot())),
      restore: async () => mebibytes / 1024 / (await wallSeconds(() => closing(Simulation.restore(bytes)))),
    },
    smoke ? 1 : 15,
  );
  // The proof that it was a whole host: the copy ends as the one it was made of.
  const copy = await simulation.fork();
  const fingerprints = new Set();
  for (const one of [copy, simulation]) {
    await one.run();
    fingerprints.add(one.metrics().manifest.fingerprint);
    one.close();
  }
  const note = 'wall time';
  return {
    figures: [
      figure(`fork of a host of ${mebibytes.toFixed(0)} MiB`, 'ms', samples.fork, { most: 50, note }),
      figure('  its snapshot', 'GiB/s', samples.snapshot, { least: 1, note }),
      figure('  restored from it', 'GiB/s', samples.restore, { note }),
    ],
    counts: { bytes: bytes.length, fingerprints: [...fingerprints] },
  };
}
