// docs/scale.md: its arithmetic follows from its first table, and the engine simulated says the same.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/scale.md`, 'utf8');
const example = `${root}examples/engine.yaml`;
const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

/** Numbers of every row of every table, by its first cell. */
const rows = new Map(
  [...page.matchAll(/^\| +([^|]+?) +\|(.*)\|$/gm)].map(([, name, rest]) => [
    name!,
    rest!.split('|').map((cell) => numberOf(cell.trim())),
  ]),
);
const figures = (name: string): number[] => {
  const found = rows.get(name);
  if (found === undefined) throw new Error(`docs/scale.md has no row ${name}`);
  return found;
};
const value = (name: string): number => figures(name)[0]!;

/** As precise as it is written. */
function expectWritten(written: number, exact: number): void {
  const digits = String(written).split('.')[1]?.length ?? 0;
  expect(Math.abs(written - exact)).toBeLessThanOrEqual(Math.max(0.5001 * 10 ** -digits, 2e-3 * Math.abs(exact)));
}

const [HOSTS, WORKERS, CHUNK_S] = [300_000, 10_000, 0.5];

describe.each([
  { column: 0, seconds: 24 },
  { column: 1, seconds: 86_400 },
])('300,000 hosts for $seconds s each', ({ column, seconds }) => {
  const perHost = (value('a host for a simulated second') * seconds) / 1000;
  const hosts = Math.max(1, Math.round(CHUNK_S / perHost));
  const busy = hosts * perHost;
  const chunk = (value('a chunk: the coordinator') + hosts * value('a row: read, added, written')) / 1000;
  const worker = value('a chunk: the worker, beside its hosts') / 1000;
  const rate = WORKERS / (busy + worker);

  it.each([
    ['simulated seconds a host', seconds],
    ['processor seconds a host', perHost],
    ['processor hours, all hosts', (HOSTS * perHost) / 3600],
    ['seconds on 10,000 workers, were nothing else', (HOSTS * perHost) / WORKERS],
    ['hosts a chunk', hosts],
    ['chunks', HOSTS / hosts],
    ['chunks a second that 10,000 workers do', rate],
    ["of the server's processor", (rate * value("a chunk: the queue's server")) / 1000],
    ["of the coordinator's processor, rows included", rate * chunk],
    ['workers that one coordinator keeps busy', (busy + worker + chunk) / chunk],
    ['seconds of one coordinator', (HOSTS / hosts) * chunk],
    [
      'waiting in the queue, GiB (4 chunks a worker)',
      (4 * WORKERS * hosts * value('a waiting host in the queue')) / 2 ** 20,
    ],
  ])('%s', (name, exact) => expectWritten(figures(name)[column]!, exact));
});

it('says what renewed locks take of the server, and when it breaks', () => {
  const text = page.replaceAll(/\s+/g, ' ');
  const perThread = (2 * value('a lock renewed, of two of a worker')) / 1e6 / 2.5;
  const [, share] = /20,000 locks take ([\d.]+) of the server's processor/.exec(text)!;
  expectWritten(Number(share), WORKERS * perThread);
  const [, workers] = /the first to break, at ([\d,]+) workers/.exec(text)!;
  const chunks = figures("of the server's processor")[1]! / WORKERS;
  expect(numberOf(workers!) * (perThread + chunks)).toBeCloseTo(1, 1);
});

/** Throughput of `clients` that think, and one exponential server: mean-value analysis, exact for this network. */
function throughput(clients: number, thinkS: number, serviceS: number): number {
  let [waiting, rate] = [0, 0];
  for (let n = 1; n <= clients; n++) {
    const response = serviceS * (1 + waiting);
    rate = n / (thinkS + response);
    waiting = rate * response;
  }
  return rate;
}

describe('the engine, simulated', () => {
  it('has the times of the first table', () => {
    const text = readFileSync(example, 'utf8');
    const [, thinkMs] = /think: \{ dist: exponential, mean: ([\d.]+)ms/.exec(text)!.map(Number);
    const [, serviceMs] = /service: \{ dist: exponential, mean: ([\d.]+)ms/.exec(text)!.map(Number);
    const hosts = value('hosts a chunk');
    expectWritten(
      thinkMs!,
      hosts * 24 * value('a host for a simulated second') + value('a chunk: the worker, beside its hosts'),
    );
    expectWritten(serviceMs!, value('a chunk: the coordinator') + hosts * value('a row: read, added, written'));
  });

  it('does as many chunks as the arithmetic says', async () => {
    const [, command] = /^ {4}fluxhost (sweep examples\/engine\.yaml.*)$/m.exec(page)!;
    const io = captureIo();
    const args = command!.replace('examples/engine.yaml', example).split(' ');
    expect(await main([...args, '--workers', '1', '--json'], io), io.err).toBe(0);
    const result = JSON.parse(io.out) as {
      rows: { point: Record<string, number>; figures: Record<string, { mean: number }> }[];
    };
    expect(result.rows).toHaveLength(6);
    const [Z, S] = [0.518, 0.00202];
    for (const { point, figures: of } of result.rows) {
      const [clients] = Object.values(point);
      const simulated = of['coordinator.completed']!.mean / 100;
      const [bound, exact, shown] = figures(clients!.toLocaleString('en-US'));
      expectWritten(shown!, simulated);
      expectWritten(exact!, throughput(clients!, Z, S));
      expectWritten(bound!, Math.min(clients! / (Z + S), 1 / S));
      expect(Math.abs(simulated / exact! - 1)).toBeLessThan(0.02);
    }
  });
});
