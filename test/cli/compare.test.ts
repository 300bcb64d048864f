// `fluxhost compare` on a stand-in simulator: pairing, differences, the search for cores, refusals, interruption.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../src/result/result.js';
import { expect, describe, it } from 'vitest';
import { UsageError } from '../../src/cli/args.js';
import { compare } from '../../src/cli/compare.js';
import type { Comparison } from '../../src/study/compare.js';
import { InputError } from '../../src/input/errors.js';
import { MECHANISM_KINDS } from '../../src/index.js';
import { type FakeTools, captureIo, fakeTools, SCENARIO } from './fake.js';

async function compared(args: readonly string[], tools: FakeTools): Promise<Comparison> {
  const io = captureIo();
  expect(await compare(['a.yaml', '--json', ...args], io, tools)).toBe(0);
  return JSON.parse(io.out) as Comparison;
}

const NEEDS: Readonly<Record<string, number>> = { ideal: 3, hyperflux: 4, hotplug: 6, static: 7 };
const byNeed = { enough: (kind: string) => NEEDS[kind]! };

describe('runs', () => {
  it('are one per mechanism with one seed, the first being the baseline', async () => {
    const tools = fakeTools();
    const { runs, differences } = await compared(['--no-sizing'], tools);
    expect(runs.map((run) => run.manifest.mechanism)).toEqual(['ideal', 'hyperflux', 'hotplug', 'static']);
    expect(new Set(tools.created.map((scenario) => scenario.seed))).toEqual(new Set([7]));
    expect(differences.map(({ mechanism, baseline }) => [mechanism, baseline])).toEqual([
      ['hyperflux', 'ideal'],
      ['hotplug', 'ideal'],
      ['static', 'ideal'],
    ]);
    expect(differences[2]!.figures['api.latencyNs.max']).toMatchObject({ difference: 990_000 });
    expect(tools.closed).toBe(4);
  });

  it('take the named mechanisms in the named order, the own one with its own knobs', async () => {
    const tools = fakeTools();
    const text = await compared(
      ['--no-sizing', '--mechanisms', 'static,hyperflux', '--set', 'mechanism.interval=3us'],
      tools,
    );
    expect(text.runs.map((run) => run.manifest.mechanism)).toEqual(['static', 'hyperflux']);
    expect(tools.created[1]!.mechanism).toMatchObject({ kind: 'hyperflux', intervalNs: 3000 });
  });

  it('pair replications by seed', async () => {
    const tools = fakeTools();
    const { differences } = await compared(
      ['--no-sizing', '--mechanisms', 'ideal,static', '--replications', '3'],
      tools,
    );
    const seeds = tools.created.map((scenario) => scenario.seed);
    expect(seeds.slice(0, 3)).toEqual(seeds.slice(3));
    expect(differences[0]).toMatchObject({ replications: 3, level: 0.95 });
    expect(differences[0]!.figures['api.latencyNs.max']).toMatchObject({
      difference: 990_000,
      low: 990_000,
      high: 990_000,
    });
  });
});

describe('the search for cores', () => {
  it('finds the least number of host cores, a polling core among them, and of guaranteed ones', async () => {
    const { sizing } = await compared([], fakeTools(byNeed));
    expect(sizing!.map(({ mechanism, of, cores }) => [mechanism, of, cores])).toEqual([
      ['ideal', 'host.cores', 3],
      ['hyperflux', 'host.cores', 5],
      ['hotplug', 'host.cores', 6],
      ['static', 'guarantees', 7],
    ]);
  });

  it('agrees with trying every number', async () => {
    for (let need = 1; need <= 8; need++) {
      const { sizing } = await compared(['--mechanisms', 'ideal,hyperflux,static'], fakeTools({ enough: () => need }));
      // Guarantees (api has 2) are the lower end where cores move.
      expect(sizing!.map(({ cores }) => cores)).toEqual([Math.max(need, 2), Math.max(need, 2) + 1, need]);
    }
  });

  it('looks above the scenario where the scenario has too few cores', async () => {
    const set = ['--set', 'host.cores=4', '--set', 'vms.0.vcpus.max=14'];
    const { sizing } = await compared(
      [...set, '--mechanisms', 'ideal,hyperflux,static'],
      fakeTools({ enough: () => 11 }),
    );
    expect(sizing!.map(({ cores }) => cores)).toEqual([11, 12, 11]);
  });

  it('says that an SLO is out of reach, and up to where it looked', async () => {
    const { sizing } = await compared(
      ['--max-cores', '12', '--mechanisms', 'ideal,static'],
      fakeTools({ enough: () => 13 }),
    );
    expect(sizing).toMatchObject([
      { cores: null, searchedTo: 12 },
      { cores: null, searchedTo: 12, of: 'guarantees' },
    ]);
  });

  it('sizes every guarantee by itself, and counts all of a group', async () => {
    const two = `${SCENARIO}  - name: db\n    count: 3\n    vcpus: { min: 1, max: 8 }\n    slo: { quantile: 0.9, latency: 200us }\n`;
    // db's p90 is met however few cores it has (1 in 20 is slow), api's p99 needs 4.
    const { sizing } = await compared(
      ['--mechanisms', 'static', '--max-cores', '36'],
      fakeTools({ enough: () => 4 }, two),
    );
    expect(sizing).toMatchObject([{ cores: 4 + 3 * 1 }]);
  });

  it('uses the same seed, needs few runs and closes every simulation', async () => {
    const tools = fakeTools(byNeed);
    const { sizing } = await compared([], tools);
    const searched = sizing!.reduce((sum, one) => sum + one.runs, 0);
    expect(tools.created).toHaveLength(4 + searched);
    expect(tools.closed).toBe(tools.created.length);
    expect(new Set(tools.created.map((scenario) => scenario.seed)).size).toBe(1);
    expect(Math.max(...sizing!.map((one) => one.runs))).toBeLessThanOrEqual(7);
  });

  it('is left out with --no-sizing and without any SLO', async () => {
    expect((await compared(['--no-sizing'], fakeTools())).sizing).toBeUndefined();
    const without = SCENARIO.replace(/ +slo:.*\n/, '');
    expect((await compared([], fakeTools({}, without))).sizing).toBeUndefined();
  });
});

describe('the table', () => {
  it('ends with who meets the SLO and the cores needed', async () => {
    const io = captureIo();
    expect(await compare(['a.yaml'], io, fakeTools(byNeed))).toBe(0);
    expect(io.out.replaceAll('\n', ' ')).toContain(
      'On 9 cores ideal, hyperflux and hotplug meet every SLO; static does not. That is judged by as few as 100 requests of api, too few to rely on p99. To meet every SLO, ideal needs 3 cores, ' +
        'hyperflux 5 cores and hotplug 6 cores. static needs 7 guaranteed cores (vms.api.vcpus.min=7), ' +
        'which does not rank with cores of a host: it is left open what work without an SLO gets beside.',
    );
  });
});

describe('refusals', () => {
  it('name unknown and doubled mechanisms, all at once', async () => {
    const error = await compare(['a.yaml', '--mechanisms', 'hyperflx,bogus'], captureIo(), fakeTools()).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).problems).toEqual([
      expect.stringMatching(/"hyperflx", expected some of .*, did you mean hyperflux\?, or all$/),
      expect.stringMatching(/"bogus", expected some of /),
    ]);
    const twice = compare(['a.yaml', '--mechanisms', 'ideal,ideal'], captureIo(), fakeTools());
    await expect(twice).rejects.toMatchObject({
      problems: ['--mechanisms: given ideal twice, expected each mechanism once'],
    });
  });

  const tight = ['a.yaml', '--set', 'mechanism=ideal', '--set', 'host.cores=2', '--no-sizing'];

  it('leave a mechanism out that the scenario does not fit, with the reason', async () => {
    const io = captureIo();
    const tools = fakeTools();
    const args = [...tight, '--mechanisms', 'hyperflux,ideal,shenango,static'];
    expect(await compare(args, io, tools)).toBe(0);
    expect(tools.created.map(({ mechanism }) => mechanism.kind)).toEqual(['ideal', 'static']);
    expect(io.out).toMatch(/^ +ideal +static$/m);
    expect(io.out).toMatch(/^left out hyperflux: vms: given guarantees/m);
    const json = captureIo();
    expect(await compare([...args, '--json'], json, fakeTools())).toBe(0);
    const { runs, differences, refused } = JSON.parse(json.out) as Comparison;
    expect(runs.map(({ manifest }) => manifest.mechanism)).toEqual(['ideal', 'static']);
    expect(differences.map(({ mechanism, baseline }) => [mechanism, baseline])).toEqual([['static', 'ideal']]);
    expect(refused!.map(({ mechanism }) => mechanism)).toEqual(['hyperflux', 'shenango']);
  });

  it('leave static out of what is compared by default where there are functions, and blame the list where it is named', async () => {
    const tools = fakeTools(
      {},
      `${SCENARIO}lifecycle: { memory: 2GiB }\nfunctions: { trace: { file: calls.csv, format: azure-2021, table: sizes.csv } }\n`,
    );
    const io = captureIo();
    expect(await compare(['a.yaml', '--no-sizing'], io, tools)).toBe(0);
    expect(tools.created.map(({ mechanism }) => mechanism.kind)).toEqual(['ideal', 'hyperflux', 'hotplug']);
    expect(io.out).toMatch(/^left out static: mechanism\.kind: given "static", expected ideal, /m);
    await expect(compare(['a.yaml', '--mechanisms', 'static'], captureIo(), tools)).rejects.toThrow(
      /^--mechanisms static: mechanism\.kind: given "static"/,
    );
  });

  it('of a scenario that no mechanism can run, and of settings that none has, come before anything runs', async () => {
    const tools = fakeTools();
    for (const [args, mechanisms, message] of [
      [tight, 'hyperflux', /^a\.yaml under hyperflux: vms: given guarantees/],
      [['a.yaml'], 'hyperflux:sgnal=oldest,ideal:x=1', /^a\.yaml under hyperflux:sgnal=oldest: mechanism\.sgnal: /],
    ] as const) {
      const error = await compare([...args, '--mechanisms', mechanisms], captureIo(), tools).catch(
        (caught: unknown) => caught,
      );
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toMatch(message);
    }
    expect(tools.created).toEqual([]);
  });

  it('of one name or setting among several is told of it, and the others run; all is every mechanism', async () => {
    const io = captureIo();
    const list = 'hyperflux:bogus=1,ideal,hyperfux';
    expect(await compare(['a.yaml', '--no-sizing', '--json', '--mechanisms', list], io, fakeTools())).toBe(1);
    expect(io.err).toContain('hyperflux:bogus=1, hyperfux: no such mechanism or setting; the others were run\n');
    const { runs, refused } = JSON.parse(io.out) as Comparison;
    expect(runs.map(({ manifest }) => manifest.mechanism)).toEqual(['ideal']);
    expect(refused!.map(({ mechanism }) => mechanism)).toEqual(['hyperflux:bogus=1', 'hyperfux']);
    expect(refused![0]!.why).toMatch(/^mechanism\.bogus: given an unknown field/);
    expect(refused![1]!.why).toBe(
      `mechanism: given "hyperfux", expected a known mechanism (did you mean "hyperflux"?): ${MECHANISM_KINDS.join(', ')}`,
    );
    const all = captureIo();
    expect(await compare(['a.yaml', '--no-sizing', '--json', '--mechanisms', 'all'], all, fakeTools())).toBe(0);
    const every = JSON.parse(all.out) as Comparison;
    const named = [
      ...every.runs.map(({ manifest }) => manifest.mechanism),
      ...(every.refused ?? []).map((one) => one.mechanism),
    ];
    expect(named.sort()).toEqual([...MECHANISM_KINDS].sort());
  });

  it('shows in what the names of two columns differ', async () => {
    const io = captureIo();
    const list = 'ideal,hyperflux:signal=oldest,hyperflux:signal=queue-length';
    expect(await compare(['a.yaml', '--no-sizing', '--mechanisms', list], io, fakeTools())).toBe(0);
    expect(io.out).toMatch(/^ +ideal +…signal=oldest +…signal=queue-len…$/m);
  });
});

describe('interruption', () => {
  it('shows what is finished, marks the rest and ends in status 130', async () => {
    const io = captureIo();
    const tools = fakeTools({ midway: (scenario) => scenario.mechanism.kind === 'hyperflux' && io.interrupt() });
    expect(await compare(['a.yaml', '--json'], io, tools)).toBe(130);
    const { runs, sizing, incomplete } = JSON.parse(io.out) as Comparison;
    expect(runs.map((run) => run.incomplete === true)).toEqual([false, true]);
    expect(incomplete).toBe(true);
    expect(sizing).toEqual([]);
  });

  it('during the search keeps the runs', async () => {
    const io = captureIo();
    const tools = fakeTools({ midway: () => tools.created.length === 6 && io.interrupt() });
    expect(await compare(['a.yaml'], io, tools)).toBe(130);
    expect(io.out).toContain('On 9 cores');
  });
});

it('--out draws every bucket of the latencies, and keeps the JSON without', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-compare-'));
  const spoil = ({ vms }: Result): void => {
    for (const { latencyNs } of vms) latencyNs.histogram = { upTo: [10_000, 1_000_000], count: [95, 5] };
  };
  const io = captureIo();
  try {
    expect(
      await compare(['a.yaml', '--no-sizing', '--json', '--out', join(folder, 'c')], io, fakeTools({ spoil })),
    ).toBe(0);
    const json = readFileSync(join(folder, 'c', 'comparison.json'), 'utf8');
    expect(json).toBe(io.out);
    expect(json).not.toContain('upTo');
    // from all requests down to the share of those above the first bound
    const page = readFileSync(join(folder, 'c', 'report.html'), 'utf8');
    expect(page.split('"curve":[[10000,1],[10000,0.05]').length - 1).toBe(
      2 * (JSON.parse(json) as Comparison).runs.length,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
