// Case "fault": what a simulated page fault costs, with the swap-out that makes room for it. Three runs of the same requests:
// without memory, with memory enough for every page, and with two thirds of it. The last two touch the same pages in the same
// order, so their difference is the faults' alone; that of the first two is what touches cost that find their page.
import { figure, interleave } from '../measure.mjs';
import { simulate } from './ideal.mjs';

/** 384 MiB touched uniformly, four touches a request, at most half of the four cores busy. */
const scenario = (durationMs, size) => ({
  version: 1,
  seed: 1,
  duration: `${durationMs}ms`,
  host: { cores: 4, ...(size === null ? {} : { memory: { size, workers: 4 } }) },
  mechanism: 'static',
  vms: [
    {
      name: 'a',
      vcpus: { min: 4, max: 4 },
      ...(size === null ? {} : { memory: { size: '384MiB', touches: 4, access: { pattern: 'uniform' } } }),
      workload: {
        arrivals: { process: 'poisson', rate: 100_000 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '5us' } }] },
      },
    },
  ],
});

export async function fault({ Simulation }, { smoke }) {
  const durationMs = smoke ? 20 : 5000;
  const counts = { fingerprints: new Set() };
  const contestant = (name, size) => async () => {
    const { took, result } = await simulate(Simulation, scenario(durationMs, size));
    const { faults = 0, touches = 0, swapOuts = 0 } = result.memory ?? {};
    counts[name] = { completed: result.vms[0].completed, faults, touches, swapOuts };
    if (name === 'faulting') counts.fingerprints.add(result.manifest.fingerprint);
    return took;
  };
  const samples = await interleave(
    {
      without: contestant('without', null),
      resident: contestant('resident', '512MiB'),
      faulting: contestant('faulting', '256MiB'),
    },
    smoke ? 1 : 7,
  );
  const { faulting, resident } = counts;
  const perFault = samples.faulting.map((took, turn) => (took - samples.resident[turn]) / faulting.faults);
  return {
    figures: [
      figure(
        'page fault, its swap-out included',
        'ns',
        perFault.map((seconds) => seconds * 1e9),
        { most: 250, note: `${faulting.faults} faults, ${faulting.swapOuts} swap-outs` },
      ),
      figure(
        '  faults in a second, all else taken off',
        'M/s',
        perFault.map((seconds) => 1e-6 / seconds),
      ),
      figure(
        '  a touch of a page that is there',
        'ns',
        samples.resident.map((took, turn) => ((took - samples.without[turn]) / resident.touches) * 1e9),
        { note: `${resident.touches} touches` },
      ),
    ],
    counts: { ...counts, fingerprints: [...counts.fingerprints] },
  };
}
