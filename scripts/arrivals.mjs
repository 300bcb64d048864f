// docs/pictures/arrivals.svg: the instants at which requests arrive, as the program draws them, of processes that all have the same rate.

const RATE = 1e5;
const SPAN_NS = 1_000_000;
/** Each makes `RATE` arrivals a second in the long run. */
const PROCESSES = [
  ['deterministic', { process: 'deterministic', rate: RATE }],
  ['poisson', { process: 'poisson', rate: RATE }],
  ['onoff', { process: 'onoff', onRate: 4 * RATE, meanOn: '50us', meanOff: '150us' }],
  [
    'mmpp',
    {
      process: 'mmpp',
      states: [
        { rate: 1.8 * RATE, meanDwell: '100us' },
        { rate: 0.2 * RATE, meanDwell: '100us' },
      ],
    },
  ],
  ['closed', { process: 'closed', clients: 10, think: { dist: 'exponential', mean: '99us' } }],
  ['periodic', { process: 'periodic', tasks: [{ period: '10us', service: '1us' }] }],
];
const [WIDTH, LEFT, RIGHT, TOP, ROW] = [720, 126, 60, 44, 34];

/** Instants of arrival by process, of a run of the library's on a host that is large enough. */
export async function arrivals({ Simulation, resolveScenario }) {
  const request = { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] };
  const vms = PROCESSES.map(([name, process]) => ({
    name,
    vcpus: { min: 0, max: 4 },
    workload: process.process === 'periodic' ? { arrivals: process } : { arrivals: process, request },
  }));
  const scenario = resolveScenario({
    ...{ version: 1, seed: 1, duration: '1ms', host: { cores: 24 }, mechanism: 'ideal', vms },
    log: { from: '0us', until: '1ms', events: 65_536 },
  });
  const simulation = await Simulation.create(scenario);
  await simulation.run();
  const { events } = simulation.eventLog();
  simulation.close();
  // a client that has thought sends a request
  const isOf = (name, entity) => entity === `vm ${name} arrival` || (name === 'closed' && entity.startsWith('client '));
  const of = (name) => events.flatMap(({ timeNs, entity }) => (isOf(name, entity) ? [timeNs] : []));
  return PROCESSES.map(([name]) => ({ name, instants: of(name) }));
}

/** A row a process, a stroke an arrival. */
export function arrivalsPicture(rows) {
  const scale = (WIDTH - LEFT - RIGHT) / SPAN_NS;
  const height = TOP + rows.length * ROW + 40;
  const xOf = (ns) => (LEFT + ns * scale).toFixed(1);
  const drawn = rows.map(({ name, instants }, i) => {
    const y = TOP + i * ROW;
    const strokes = instants.map((ns) => `M${xOf(ns)} ${y}v22`).join('');
    return (
      `<g class="row"><title>${name}: ${instants.length} arrivals</title><text x="16" y="${y + 16}">${name}</text>` +
      `<path class="stroke" d="${strokes}"/><text class="tick" x="${WIDTH - RIGHT + 30}" y="${y + 16}">${instants.length}</text></g>`
    );
  });
  const bottom = TOP + rows.length * ROW;
  const ticks = [0, 200, 400, 600, 800, 1000].map(
    (us) =>
      `<path class="line" d="M${xOf(us * 1000)} ${bottom}v5"/><text class="tick" x="${xOf(us * 1000)}" y="${bottom + 18}">${us}${us === 0 ? ' µs' : ''}</text>`,
  );
  const title = `One millisecond of arrivals, ${RATE.toLocaleString('en-US')} a second in the mean`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">\n` +
    `<title>${title}</title>\n<style>text{font:12px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600;font-size:14px}` +
    '.tick{text-anchor:middle;fill:#59626d}.line{stroke:#8b929b}.stroke{stroke:#3b8fc4;stroke-width:1.2}.paper{fill:#ffffff}' +
    '@media (prefers-color-scheme:dark){text{fill:#e6e9ed}.tick{fill:#a3acb7}.stroke{stroke:#5ab4f0}.paper{fill:#14171b}}</style>\n' +
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="6"/>\n<text class="title" x="16" y="24">${title}</text>\n` +
    `${[...drawn, ...ticks].join('\n')}\n</svg>\n`
  );
}
