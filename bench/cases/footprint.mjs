// Case "footprint": what the package weighs, how soon its first event happens, and how much memory a host takes.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { ranText } from '../children.mjs';
import { figure } from '../measure.mjs';
import { PEAK_BYTES, root } from '../programs.mjs';
import { idealScenario } from './ideal.mjs';

const KIB = 1024;
const dist = (name) => join(root, 'dist', name);

/** A fresh process: import, create, first event. Answers milliseconds of wall time inside it, and its peak resident set. */
async function freshProcess(scenario, run) {
  const program = `
    const from = performance.now();
    const { Simulation } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
    const simulation = await Simulation.create(${JSON.stringify(scenario)});
    await simulation.step(1);
    const firstMs = performance.now() - from;
    ${run ? 'await simulation.run();' : ''}
    const rssBytes = ${PEAK_BYTES};
    console.log(JSON.stringify({ firstMs, events: simulation.events, rssBytes, memoryBytes: simulation.memoryBytes }));`;
  return JSON.parse((await ranText('a first event', program))[1]);
}

/** What an entry reads at first: the file and every part that it imports, directly or not; `later`: those too that it imports when asked. */
function bundleBytes(entry, later = false) {
  const seen = new Set();
  const parts = [];
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(dist(name), 'utf8');
    parts.push(text);
    for (const [, call, part] of text.matchAll(/(?:from|import)\s*(\(?)"(\.\/[\w./-]+\.js)"/g))
      if (later || call === '') visit(join(dirname(name), part));
  };
  visit(entry);
  return Buffer.from(parts.join('\n'));
}

/** Brotli at its best takes seconds for a bundle: `quality` is less where nobody looks at the figure. */
function sizes(name, bytes, quality, bar = {}) {
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }).length;
  const packed = [gzipSync(bytes, { level: 9 }).length, brotli].map((size) => (size / KIB).toFixed(1));
  const note = `gzip ${packed[0]}, brotli ${packed[1]} KiB`;
  return figure(name, 'KiB', [bytes.length / KIB], { ...bar, note });
}

const manyVms = {
  version: 1,
  seed: 1,
  duration: '1us',
  host: { cores: 65 },
  mechanism: 'hyperflux',
  vms: [{ name: 'vm', count: 1000, vcpus: { min: 0, max: 16 } }],
};

export async function footprint({ Simulation }, { smoke }) {
  const small = idealScenario(1_000);
  const quality = smoke ? 1 : 11;
  const starts = [];
  for (let turn = 0; turn < (smoke ? 1 : 9); turn++) starts.push(await freshProcess(small, false));
  const whole = await freshProcess(idealScenario(smoke ? 10_000 : 3_906_250), true);
  const host = await Simulation.create(manyVms);
  const hostBytes = host.memoryBytes;
  host.close();
  return {
    figures: [
      figure(
        'import to first event, fresh process',
        'ms',
        starts.map(({ firstMs }) => firstMs),
        { most: 100, note: 'wall time' },
      ),
      sizes('fluxhost.wasm', readFileSync(dist('fluxhost.wasm')), quality, { most: 258 }),
      sizes('index.js, what is read at first', bundleBytes('index.js'), quality),
      sizes('  with all its parts', bundleBytes('index.js', true), quality),
      sizes('core.js (no bytes inline), at first', bundleBytes('core.js'), quality),
      sizes('standalone.js', bundleBytes('standalone.js'), quality),
      figure('peak resident set of the M/M/16 run', 'MiB', [whole.rssBytes / KIB ** 2], {
        note: `${whole.events} events, Node included`,
      }),
      figure('linear memory of the M/M/16 run', 'MiB', [whole.memoryBytes / KIB ** 2]),
      figure('linear memory of 1,000 VMs × 16 vCPUs', 'MiB', [hostBytes / KIB ** 2]),
    ],
    counts: { firstEvents: starts.map(({ events }) => events), events: whole.events, hostBytes },
  };
}
