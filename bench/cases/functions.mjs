// Case "functions": what a request of a function costs from its invocation to its end, instances that start, expire and are evicted
// included. 250 functions over eight hours, some 567,000 requests as the Azure sample of 2019 has; that sample itself where its files are
// beside the repository; and 10,000 functions with ten million.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ranText } from '../children.mjs';
import { figure, timed } from '../measure.mjs';
import { PEAK_BYTES } from '../programs.mjs';

const scenario = (count, rate, seconds, memory) => ({
  version: 1,
  seed: 1,
  duration: `${seconds}s`,
  host: { cores: 512 },
  mechanism: 'ideal',
  costs: 'none',
  lifecycle: { memory, keepAlive: { policy: 'fixed', time: '600s' } },
  functions: {
    count,
    rate,
    zipf: 0.9,
    memory: '128MiB',
    init: '300ms',
    service: { dist: 'exponential', mean: '100ms' },
  },
});

const traces = fileURLToPath(new URL('../../../shared/traces/azure-functions-2019/', import.meta.url));

/** The paired sample of 2019: the minutes 480 to 959 of a day, all of which the run lasts. */
const sample = (seconds) => {
  const generated = scenario(1, 1, seconds, '16GiB');
  const [file, durations, memory] = ['invocations', 'durations', 'memory'].map((name) => `paired_${name}.csv.gz`);
  return { ...generated, functions: { trace: { file, format: 'azure-2019', durations, memory } } };
};

const module = (name) => JSON.stringify(new URL(`../../dist/${name}`, import.meta.url).href);

/** MiB that a process that does nothing else has held at most, Node and the trace included. */
async function peakOfProcess(input) {
  const program = `
    const { Simulation } = await import(${module('index.js')});
    const { nodeHost } = await import(${module('node.js')});
    const files = nodeHost(${JSON.stringify(traces)});
    const simulation = await Simulation.create(${JSON.stringify(input)}, { files });
    await simulation.run();
    simulation.metrics();
    console.log((${PEAK_BYTES}) / 2 ** 20);`;
  return Number((await ranText('a run of functions', program))[1]);
}

export async function functions({ Simulation }, { smoke }) {
  const runs = [
    [
      '250 functions, 8 h, 567,000 requests',
      scenario(250, 19.7, smoke ? 200 : 28_800, '16GiB'),
      smoke ? 1 : 3,
      3,
      64,
      128,
    ],
    ...(existsSync(traces)
      ? [['Azure 2019, 250 functions, 8 h', sample(smoke ? 200 : 28_800), smoke ? 1 : 3, 3, 64, 128]]
      : []),
    ['10,000 functions, 10 M requests', scenario(10_000, 1000, smoke ? 2 : 10_000, '256GiB'), 1, 60, 64, 1024],
  ];
  const { nodeHost } = await import('../../dist/node.js');
  const files = nodeHost(traces);
  const figures = [];
  const counts = {};
  for (const [name, input, turns, most, held, whole] of runs) {
    const took = [];
    let mib = 0;
    for (let turn = 0; turn < turns; turn++) {
      const { seconds, value } = await timed(async () => {
        const simulation = await Simulation.create(input, { files });
        await simulation.run();
        const { lifecycle, manifest } = simulation.metrics();
        const mib = simulation.memoryBytes / 2 ** 20;
        simulation.close();
        return { arrived: lifecycle.arrived, evictions: lifecycle.evictions, mib, fingerprint: manifest.fingerprint };
      });
      took.push(seconds);
      ({ mib, ...counts[name] } = value);
    }
    figures.push(
      figure(name, 's', took, { most, note: `functions read or made, ${counts[name].evictions} evictions` }),
      figure('  memory of the core', 'MiB', [mib], { most: held }),
      figure('  memory of a process', 'MiB', [await peakOfProcess(input)], { most: whole }),
      figure(
        '  a request',
        'ns',
        took.map((seconds) => (seconds / counts[name].arrived) * 1e9),
      ),
    );
  }
  return { figures, counts };
}
