// What every experiment answers with, whatever it is about: the same keys, verdicts in five forms of words, parameters that are
// read with their units and refused all at once.

import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { EXPERIMENTS } from '../../src/experiments/index.js';
import { type ExperimentParameter, settingsOf } from '../../src/experiments/parameters.js';
import { InputError } from '../../src/input/errors.js';
import { captureIo } from '../cli/fake.js';

const VERDICT = /^(reproduced|reachable|not reached|not testable here|refuted under \S.*)$/;

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
    expect(await main(['reproduce', 'vmem', '--json'], io)).toBe(0);
    const document = JSON.parse(io.out) as Record<string, unknown> & { claims: Record<string, unknown>[] };
    for (const key of ['name', 'parameters', 'figures', 'claims', 'laws', 'tables'])
      expect(document).toHaveProperty(key);
    expect(document['name']).toBe('vmem');
    for (const claim of document.claims) {
      expect(claim['verdict']).toMatch(VERDICT);
      for (const key of ['id', 'claim', 'source', 'ours', 'command']) expect(claim[key]).toEqual(expect.any(String));
      expect(claim['assumed']).toEqual(expect.any(Array));
    }
    const ids = document.claims.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuses parameters that an experiment does not have', async () => {
    const io = captureIo();
    expect(await main(['reproduce', 'vmem', '--set', 'speed=2'], io)).toBe(2);
    expect(io.err).toContain('--set speed=2: speed: given an unknown parameter, expected none: vmem has no parameters');
    const all = captureIo();
    expect(await main(['reproduce', '--set', 'speed=2'], all)).toBe(2);
    expect(all.err).toContain('expected the experiment whose parameter it is');
  });
});

describe('what explain tells of an experiment', () => {
  it('is every parameter that --set takes, with bounds that its default keeps', async () => {
    for (const { name, load } of EXPERIMENTS) {
      const { parameters = [] } = await load();
      if (parameters.length === 0) continue;
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
