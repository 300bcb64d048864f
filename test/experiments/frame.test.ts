// What every experiment answers with, whatever it is about: the same keys, verdicts in five forms of words, parameters that are
// read with their units and refused all at once.

import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { type Claim, verdictOf } from '../../src/experiments/experiment.js';
import { EXPERIMENTS } from '../../src/experiments/index.js';
import { Laboratory } from '../../src/experiments/measured.js';
import { boot } from '../../src/experiments/vmem/boot.js';
import { fieldsOf, VMEM_PARAMETERS } from '../../src/experiments/vmem/parameters.js';
import { type ExperimentParameter, settingsOf } from '../../src/experiments/parameters.js';
import { InputError } from '../../src/input/errors.js';
import { captureIo } from '../cli/fake.js';

const VERDICT = /^(reproduced|reachable|not reached|not testable here|refuted under \S.*)$/;

describe('a verdict', () => {
  const claim = { id: 'c', claim: 'c', source: 's', paper: '1', ours: '1', unit: '', command: 'c' } as const;
  const of = (fields: Partial<Claim>): string => verdictOf({ ...claim, supported: 'yes', assumptions: [], ...fields });

  it('is reproduced only where it is met and nothing was assumed', () => {
    expect(of({})).toBe('reproduced');
    expect(of({ assumptions: ['a'] })).toBe('reachable');
    expect(of({ met: true, supported: 'partly' })).toBe('reproduced');
    expect(of({ met: true, assumptions: ['a'] })).toBe('reachable');
    expect(of({ met: false })).toBe('not reached');
    expect(of({ supported: 'partly' })).toBe('reachable');
    expect(of({ supported: 'no' })).toBe('not reached');
    expect(of({ met: true, verdict: 'not testable here' })).toBe('not testable here');
  });
});

const common = { min: null, max: null, meaning: 'm', source: 's', confidence: 'assumed' } as const;
const PARAMETERS: readonly ExperimentParameter[] = [
  { ...common, path: 'start', unit: 'ms', default: 7, min: 0, max: 1000 },
  { ...common, path: 'size', unit: 'MiB', default: 30, min: 1 },
  { ...common, path: 'share', unit: 'share', default: 0.25, min: 0, max: 0.99 },
  { ...common, path: 'workers', unit: 'count', default: 2, min: 1, max: 64 },
  { ...common, path: 'kind', unit: 'choice', default: 'tcp', choices: ['tcp', 'rdma'] },
  { ...common, path: 'on', unit: 'yes or no', default: true },
  { ...common, path: 'keeps', unit: 'list', default: '0,60' },
];

const refusal = (set: readonly string[]): string[] => {
  try {
    settingsOf('test', PARAMETERS, set);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message.split('\n');
  }
  throw new Error('nothing was refused');
};

describe('parameters of an experiment', () => {
  it('are numbers of their unit, or carry one', () => {
    const set = ['start=1.5s', 'size=2GiB', 'share=.5', 'workers=3', 'kind=rdma', 'on=false', 'keeps=0, 5,7'];
    expect(
      settingsOf(
        'test',
        PARAMETERS,
        set.map((text) => text.replace('1.5s', '900us')),
      ).toJson(),
    ).toEqual({
      start: 0.9,
      size: 2048,
      share: 0.5,
      workers: 3,
      kind: 'rdma',
      on: false,
      keeps: '0,5,7',
    });
    expect(settingsOf('test', PARAMETERS, ['start=30', 'start=31']).number('start')).toBe(31);
    expect(settingsOf('test', PARAMETERS).toJson()).toMatchObject({ start: 7, kind: 'tcp' });
  });

  it('are refused with what was given and what is expected, all at once', () => {
    const lines = refusal(['strat=1', 'start=2s', 'size=0', 'workers=1.5', 'kind=udp', 'on=maybe', 'keeps=a', 'start']);
    expect(lines).toEqual([
      '--set strat=1: strat: given an unknown parameter, expected one of (did you mean "start"?): start, size, share, workers, kind, on, keeps (fluxhost explain test)',
      '--set start=2s: start: given "2s", expected a duration such as 10ms, or a number of ms from 0 to 1000',
      '--set size=0: size: given "0", expected a size such as 10MiB, or a number of MiB of at least 1',
      '--set workers=1.5: workers: given "1.5", expected a whole number from 1 to 64',
      '--set kind=udp: kind: given "udp", expected one of: tcp, rdma',
      '--set on=maybe: on: given "maybe", expected true or false',
      '--set keeps=a: keeps: given "a", expected numbers with commas between, such as 0,60,600',
      '--set start: given "start", expected PATH=VALUE, such as seed=2',
    ]);
  });
});

describe('reproduce', () => {
  it('answers in one format, with a verdict for every claim', async () => {
    const io = captureIo();
    expect(await main(['reproduce', 'edgeflow', '--set', 'bits=4', '--json'], io)).toBe(0);
    const document = JSON.parse(io.out) as Record<string, unknown> & { claims: Record<string, unknown>[] };
    for (const key of ['name', 'parameters', 'figures', 'claims', 'laws', 'tables'])
      expect(document).toHaveProperty(key);
    expect(document['name']).toBe('edgeflow');
    expect(document['parameters']).toMatchObject({ bits: 4 });
    for (const claim of document.claims) {
      expect(claim['verdict']).toMatch(VERDICT);
      expect(claim['command']).toBe('fluxhost reproduce edgeflow --set bits=4');
      for (const key of ['id', 'claim', 'source', 'ours', 'command']) expect(claim[key]).toEqual(expect.any(String));
      expect(claim['assumed']).toEqual(expect.any(Array));
    }
    const ids = document.claims.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('takes what was set to the boots of vmem', async () => {
    const settings = settingsOf('vmem', VMEM_PARAMETERS, ['costs.pinPerGB=0ns', 'costs.faultPerGB=0ns']);
    const { claims } = await boot(new Laboratory({}, (example) => fieldsOf(settings, example)), settings);
    const { ours } = claims.find(({ id }) => id === 'boot-time')!.numbers!;
    const alone = ours.find(({ where }) => where === 'mapping and pinning alone')!;
    expect(Math.abs(alone.value - 1)).toBeLessThan(0.001); // nothing is left to win
    expect(claims[0]!.command).toContain('--set costs.pinPerGB=0ns');
  });

  it('refuses parameters that an experiment does not have', async () => {
    const io = captureIo();
    expect(await main(['reproduce', 'vmem', '--set', 'costs.pinPerGb=2'], io)).toBe(2);
    expect(io.err).toMatch(
      /^--set costs.pinPerGb=2: costs.pinPerGb: given an unknown parameter, expected one of \(did you mean "costs.pinPerGB"/,
    );
    const all = captureIo();
    expect(await main(['reproduce', '--set', 'speed=2'], all)).toBe(2);
    expect(all.err).toContain('expected the experiment whose parameter it is');
  });
});

describe('a parameter of the model that a reader sets', () => {
  const asked = async (
    ...args: string[]
  ): Promise<{ figures: Record<string, unknown>; claims: Record<string, unknown>[]; parameters: object }> => {
    const io = captureIo();
    expect([await main(['reproduce', ...args, '--json'], io), io.err]).toEqual([0, '']);
    return JSON.parse(io.out) as never;
  };

  it('reaches the runs of taiji, whose swap-ins are shorter by what the fault loses', async () => {
    const set = [
      'host.memory.fault.exit=0ns',
      'host.memory.fault.map=0ns',
      'expansion=1.25',
      'host.memory.backends.remote.in=9us',
    ].flatMap((text) => ['--set', text]);
    const changed = await asked('taiji', ...set);
    expect(changed.parameters).toMatchObject({ 'host.memory.fault.exit': 0, expansion: 1.25 });
    expect(changed.figures['expansion']).toBeCloseTo(0.25, 9);
    expect(changed.claims[0]!['verdict']).toBe('not reached'); // the paper has more than +50 %
    const within = changed.figures['swap-in-time'] as Record<string, number>;
    expect(within['zstd, x86']).toBeGreaterThan(0.91); // 0.894 where the fault loses 1.02 us more of the 10
    expect(changed.claims[2]!['assumed']).toContain(
      'decompression as zram reads a page (its block layer included); exit 0 us (KVM on Skylake), map and resume 0.3 us assumed',
    );
  });

  it('reaches the questions of hyperflux: costs, seeds, replications', async () => {
    const changed = await asked(
      'hyperflux/migrate',
      '--set',
      'replications=2',
      '--set',
      'costs.migrateTask=10us',
      '--set',
      'seed=7',
    );
    const [claim] = changed.claims;
    expect(claim!['assumed']).toEqual([
      'moving a waiting task costs 10000 ns (costs.migrateTask), to the active vCPUs in turn',
      expect.any(String),
      expect.stringContaining('over 2 replications'),
    ]);
    const parking = /parking takes ([\d.]+) ± [\d.]+ us instead of ([\d.]+)/.exec(String(claim!['ours']))!;
    expect(Number(parking[1])).toBeGreaterThan(Number(parking[2]) + 5); // a queue handed on costs its tasks
    expect(claim!['command']).toBe(
      'fluxhost reproduce hyperflux/migrate --set replications=2 --set costs.migrateTask=10us --set seed=7',
    );
  });
});

describe('what explain tells of an experiment', () => {
  it('is every parameter that --set takes, with bounds that its default keeps', async () => {
    for (const { name, load } of EXPERIMENTS) {
      const { parameters } = await load();
      expect(parameters.length, name).toBeGreaterThan(0);
      const io = captureIo();
      expect(await main(['explain', name, '--json'], io)).toBe(0);
      const told = (JSON.parse(io.out) as { parameters: ExperimentParameter[] }).parameters;
      expect(told.map(({ path }) => path)).toEqual(parameters.map(({ path }) => path));
      for (const { path, unit, default: byDefault, min, max, source } of told) {
        expect(
          [unit, source].every((text) => text.length > 0),
          path,
        ).toBe(true);
        if (typeof byDefault !== 'number') continue;
        expect(byDefault, path).toBeGreaterThanOrEqual(min ?? -Infinity);
        expect(byDefault, path).toBeLessThanOrEqual(max ?? Infinity);
      }
    }
  });
});
