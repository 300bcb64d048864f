// Case "policy": what a decision of one's own costs, called in TypeScript, in Wasm and compiled in, against the built-in that decides alike.
import { readFileSync } from 'node:fs';
import { figure, interleave, spread } from '../measure.mjs';
import { simulate } from './ideal.mjs';

const scenario = (durationMs, dispatch) => ({
  version: 1,
  seed: 1,
  duration: `${durationMs}ms`,
  host: { cores: 16 },
  mechanism: 'static',
  vms: [
    {
      name: 'api',
      vcpus: { min: 16, max: 16 },
      dispatch,
      workload: {
        arrivals: { process: 'poisson', rate: 1.28e6 },
        request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '10us' } }] },
      },
    },
  ],
});

/** The least loaded vCPU, the first of equals: as `shortest-queue` and assembly/policy.ts have it. */
export const leastLoaded = (count) => ({
  dispatch(view, vm, active) {
    count.calls++;
    let best = 0;
    let least = Infinity;
    for (let i = 0; i < active && least > 0; i++) {
      const load = view.activeLoad(vm, i);
      if (load < least) [best, least] = [i, load];
    }
    return best;
  },
});

/** examples/policies/c, compiled; of its decisions the one that is asked for. */
const C = readFileSync(new URL('../../test/abi/fixtures/c.wasm', import.meta.url));

export async function policy({ Simulation, wasmPolicy }, { smoke }) {
  const durationMs = smoke ? 2 : 2000;
  const count = { calls: 0 };
  const fingerprints = new Set();
  const one = (dispatch, options) => async () => {
    count.calls = 0;
    const { took, result } = await simulate(Simulation, scenario(durationMs, dispatch), options);
    fingerprints.add(result.manifest.fingerprint);
    return took;
  };
  const samples = await interleave(
    {
      builtIn: one('shortest-queue'),
      compiled: one('policy'),
      wasm: one('policy', { policy: { dispatch: (await wasmPolicy(C)).dispatch } }),
      fuelled: one('policy', { policy: { dispatch: (await wasmPolicy(C, { fuel: 1000 })).dispatch } }),
      called: one('policy', { policy: leastLoaded(count) }),
    },
    smoke ? 1 : 5,
  );
  const base = spread(samples.builtIn).median;
  const percent = (took) => (took / base - 1) * 100;
  return {
    figures: [
      figure('policy compiled in, against the built-in', '%', samples.compiled.map(percent), { most: 5 }),
      figure(
        'policy in TypeScript, a call',
        'ns',
        samples.called.map((took) => ((took - base) / count.calls) * 1e9),
        {
          most: 1000,
          note: `${count.calls} calls, up to 16 looks each`,
        },
      ),
      ...[
        ['policy in C as Wasm, a call', samples.wasm],
        ['the same with its fuel counted', samples.fuelled],
      ].map(([name, took]) =>
        figure(
          name,
          'ns',
          took.map((one) => ((one - base) / count.calls) * 1e9),
          { most: 1500 },
        ),
      ),
    ],
    counts: { fingerprints: fingerprints.size, calls: count.calls },
  };
}
