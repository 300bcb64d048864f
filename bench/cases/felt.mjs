// Case "felt": what people wait for, in processor time: a command, the first result, a study of many runs, many hosts one after the other,
// a look at the figures of a large host.
import { join } from 'node:path';
import { ranText } from '../children.mjs';
import { figure, interleave, timed } from '../measure.mjs';
import { root } from '../programs.mjs';
import { exponential } from './hyperflux.mjs';

const url = (path) => new URL(`../../${path}`, import.meta.url).href;

/** Certificates that the surroundings name are read by Node at its start, here for 38 ms: no part of what is measured. */
const env = { ...process.env };
delete env['NODE_EXTRA_CA_CERTS'];

/** Runs `program` in a process of its own: processor seconds of all its threads, and what it printed. */
async function processSeconds(name, program, args = []) {
  const text = `
    import { writeSync } from 'node:fs';
    process.on('exit', () => {
      const { user, system } = process.cpuUsage();
      writeSync(3, String((user + system) / 1e6));
    });
    ${program}`;
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'];
  const said = await ranText(name, text, args, { cwd: root, env, stdio });
  return { seconds: Number(said[3]), said: said[1] };
}

const compare = (set) =>
  processSeconds(
    'fluxhost compare',
    // the program takes itself to be called by its file
    `process.argv.splice(1, 0, ${JSON.stringify(join(root, 'dist', 'cli.js'))}); await import(${JSON.stringify(url('dist/cli.js'))});`,
    ['compare', 'examples/burst.yaml', ...set],
  );

/** A first question: a millisecond of eight cores that two VMs share. */
const small = (seed, durationUs = 1_000) => ({
  version: 1,
  seed,
  duration: `${durationUs}us`,
  host: { cores: 9 },
  mechanism: 'hyperflux',
  vms: [
    {
      name: 'api',
      vcpus: { min: 0, max: 8 },
      workload: { arrivals: { process: 'poisson', rate: 300_000 }, request: exponential('10us') },
    },
    {
      name: 'batch',
      class: 'best-effort',
      vcpus: { min: 0, max: 8 },
      workload: { arrivals: { process: 'saturate', tasks: 8 }, request: exponential('100us') },
    },
  ],
});

/** In a process of its own: processor milliseconds of the whole, and of import, creation and the first event. */
async function first() {
  const program = `
    const before = process.cpuUsage();
    const { Simulation } = await import(${JSON.stringify(url('dist/index.js'))});
    const simulation = await Simulation.create(${JSON.stringify(small(1))});
    await simulation.step();
    const { user, system } = process.cpuUsage(before);
    await simulation.run();
    console.log(JSON.stringify({ startedMs: (user + system) / 1e3, completed: simulation.metrics().vms[0].completed }));`;
  const { seconds, said } = await processSeconds('a first result', program);
  return { wholeMs: seconds * 1e3, ...JSON.parse(said) };
}

/** A host on which little happens: 64 cores, 40 VMs of 10 requests a second each. */
const quiet = (durationMs) => ({
  version: 1,
  seed: 1,
  duration: `${durationMs}ms`,
  host: { cores: 65 },
  mechanism: 'hyperflux',
  vms: [
    {
      name: 'vm',
      count: 40,
      vcpus: { min: 0, max: 4 },
      workload: { arrivals: { process: 'poisson', rate: 10 }, request: exponential('10us') },
    },
  ],
});

/** A study: so many runs of ten milliseconds, each created, run, read and closed. */
async function study(Simulation, runs) {
  let completed = 0;
  for (let seed = 1; seed <= runs; seed++) {
    const simulation = await Simulation.create(small(seed, 10_000));
    await simulation.run();
    completed += simulation.metrics().vms[0].completed;
    simulation.close();
  }
  return completed;
}

/** Hosts one after the other on one layout, all of them or their runs alone. */
async function hosts(Simulation, count, tally) {
  const simulation = await Simulation.create(quiet(1_000));
  const from = simulation.memoryBytes;
  let events = 0;
  const { seconds } = await timed(async () => {
    for (let seed = 1; seed <= count; seed++) {
      simulation.reset(seed);
      await simulation.run();
      events += simulation.events;
    }
  });
  tally.events = events;
  tally.grownBytes = simulation.memoryBytes - from;
  simulation.close();
  return seconds;
}

export async function felt({ Simulation }, { smoke }) {
  const counts = { hosts: {} };
  const host = await Simulation.create({
    ...quiet(1_000),
    vms: [{ ...quiet(1).vms[0], workload: small(1).vms[0].workload }],
    duration: '2ms',
  });
  await host.run();
  const looks = smoke ? 3 : 300;
  const runs = smoke ? 2 : 80;
  const resets = smoke ? 20 : 10_000;
  const samples = await interleave(
    {
      compare: async () => {
        const { seconds, said } = await compare(smoke ? ['--set', 'duration=20ms', '--set', 'warmup=1ms'] : []);
        counts.columns = /^ +ideal .*$/m.exec(said)?.[0].trim().split(/ +/);
        return seconds;
      },
      first: async () => {
        const { completed, ...took } = await first();
        counts.first = completed;
        return took;
      },
      study: async () => {
        const { seconds, value } = await timed(() => study(Simulation, runs));
        counts.study = value;
        return seconds * 1e3;
      },
      hosts: () => hosts(Simulation, resets, counts.hosts),
      metrics: async () => {
        const { seconds } = await timed(() => {
          for (let i = 0; i < looks; i++) counts.vms = host.metrics().vms.length;
        });
        return (seconds / looks) * 1e3;
      },
    },
    smoke ? 1 : 3,
    smoke ? 0 : 1,
  );
  host.close();
  return {
    figures: [
      figure('fluxhost compare examples/burst.yaml', 's', samples.compare, { most: 1.5, note: 'its whole process' }),
      figure(
        'first result of a fresh process',
        'ms',
        samples.first.map(({ wholeMs }) => wholeMs),
        { note: 'its whole process, Node included' },
      ),
      figure(
        '  import, creation and first event of it',
        'ms',
        samples.first.map(({ startedMs }) => startedMs),
        { most: 60 },
      ),
      figure(`${runs} runs of 10 ms through the API`, 'ms', samples.study, { note: 'created, run, read, closed' }),
      figure(`${resets} idle hosts by reset(), 64 cores, 40 VMs, 1 s`, 's', samples.hosts, {
        most: 50, // a third of 150 s for 30,000
        note: `${counts.hosts.events} events`,
      }),
      figure('metrics of 64 cores, 40 VMs', 'ms', samples.metrics, { most: 3 }),
    ],
    counts,
  };
}
