// The judge: a built-in mechanism has the suite's own table, a policy that fails is scored as such and ends nothing, the score is what
// the page says, and held-out workloads follow from their seed alone.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, suite, type JudgeResult, type Policy, type SuiteRow } from '../../src/index.js';
import { heldOut } from '../../src/judge/held-out.js';
import { scoreRows } from '../../src/judge/score.js';
import { scenarioSha256 } from '../../src/scenario/canonical.js';
import { binaryen } from '../support/compiler.js';

const C = readFileSync(new URL('../abi/fixtures/c.wasm', import.meta.url));
const SHORT = { only: ['bursts', 'locks'], replications: 1, durationNs: 5e6 } as const;

function wat(text: string): Uint8Array {
  const version = '(func (export "fluxhost_policy_version") (result i32) (i32.const 1))';
  const module = binaryen.parseText(`(module ${text} ${version})`); // imports come first
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

describe('a built-in mechanism', () => {
  it('has the suite’s table, to the bit', async () => {
    const asked = { only: ['closed-loop'], replications: 1 } as const;
    const { suite: table, decisions } = await judge({ mechanism: 'caladan' }, { ...asked, straight: true });
    const own = await suite({ ...asked, mechanisms: ['ideal', 'caladan'] });
    expect(table).toEqual(own);
    expect(decisions).toBeNull();
  });

  it('that is the bound has score 1', async () => {
    const { score, parts, verdict } = await judge({ mechanism: 'ideal' }, { ...SHORT, straight: true });
    expect(parts).toEqual({ slo: expect.any(Number), tail: 1, work: 1 });
    expect(score).toBeGreaterThan(0.95); // a short run's bursts may miss a target
    expect(verdict).toBe('scored');
  });
});

describe('the score', () => {
  const figure = (mean: number | null) => ({ mean, low: null, high: null });
  const row = (scenario: string, over: number, tail: number, work: number | null): SuiteRow => ({
    scenario,
    mechanism: 'p',
    slo: { attainedIn: 0, of: 1 },
    figures: {
      tailOverTarget: figure(over),
      tail: figure(tail),
      cores: figure(1),
      bestEffort: figure(work),
      movesPerSecond: figure(0),
    },
    scenarioSha256: '',
    fingerprints: [],
  });

  it('is the geometric mean of its parts, each at most 1, and the mean over scenarios', () => {
    const rows = [
      row('a', 2, 4, 1.5),
      row('b', 0.5, 1, null),
      { ...row('c', 1, 1, 1), figures: null, refused: 'policy' },
    ];
    const { score, parts, scenarios } = scoreRows({ rows }, 'p');
    expect(scenarios.map(({ parts: of }) => of)).toEqual([
      { slo: 0.5, tail: 0.25, work: 1 },
      { slo: 1, tail: 1, work: 1 },
      null,
    ]);
    expect(scenarios.map((one) => one.score)).toEqual([expect.closeTo(0.5, 12), 1, 0]);
    expect(score).toBeCloseTo(1.5 / 3, 12);
    expect(parts).toEqual({ slo: 0.5, tail: expect.closeTo(1.25 / 3, 12), work: expect.closeTo(2 / 3, 12) });
  });
});

describe('a policy', () => {
  it('is judged the same in C and in TypeScript, twice, with its worst stretch and why', async () => {
    const typescript: Policy = {
      dispatch(view, vm, active) {
        let best = 0;
        for (let i = 1; i < active; i++) if (view.activeLoad(vm, i) < view.activeLoad(vm, best)) best = i;
        return best;
      },
      firstVictim: (_view, _vm, vcpu) => vcpu ^ 1,
      coresWanted: (view, vm) =>
        view.oldestDelayNs(vm) < 20_000 ? 0 : Math.max(0, view.waiting(vm) - view.coresComing(vm)),
      victim: () => 0xffff_ffff,
    };
    const pieces: Uint8Array[] = [];
    const found = await judge(C, { ...SHORT, name: 'own', timeline: (bytes) => void pieces.push(bytes) });
    const again = await judge(typescript, { ...SHORT, name: 'own' });
    expect(again.sha256).toBe(found.sha256);
    expect(found).toMatchObject({ verdict: 'scored', faults: [], heldOut: null });
    expect(found.stages.map(({ stage }) => stage)).toEqual(['quick', 'suite']);
    expect(found.score).toBeGreaterThan(0.3);
    const worst = found.worst!;
    expect(worst.untilNs - worst.fromNs).toBeLessThanOrEqual(2e6);
    expect(Object.values(worst.causes).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
    expect(worst.why).toContain(`tasks of ${worst.vm} waited`);
    expect(pieces.length).toBeGreaterThan(0);
  });

  it('that asks for nothing is told so', async () => {
    const { worst, verdict, score } = await judge(
      { coresWanted: () => 0 },
      { ...SHORT, only: ['bursts'], straight: true },
    );
    expect(verdict).toBe('scored');
    expect(score).toBeLessThan(0.5);
    // the job holds every other core meanwhile, and could be made to give them up
    expect(worst!.causes.others + worst!.causes.idle).toBeGreaterThan(0.5);
    expect(worst!.why).toMatch(/more were not (asked for|taken)/);
  });

  const failing: [string, string, string][] = [
    ['loops', 'fuel', '(func (export "cores_wanted") (param i32) (result i32) (loop $l (br $l)) (i32.const 0))'],
    ['traps', 'trap', '(func (export "cores_wanted") (param i32) (result i32) (unreachable))'],
    [
      'takes the core of a VM that is not there',
      'answer',
      '(func (export "victim") (param i32) (result i32) (i32.const 77))',
    ],
    [
      'looks at a VM that it was not shown',
      'view',
      '(import "fluxhost_v1" "waiting" (func $w (param i32) (result i32))) (func (export "cores_wanted") (param i32) (result i32) (call $w (i32.const 77)))',
    ],
    [
      'grows its memory',
      'memory',
      '(memory (export "memory") 1) (func (export "cores_wanted") (param i32) (result i32) (memory.grow (i32.const 1)))',
    ],
  ];
  it.each(failing)('that %s is scored 0, its fault %s', async (_, fault, text) => {
    const found: JudgeResult = await judge(wat(text), { ...SHORT, only: ['bursts'], heldOut: 3 });
    expect(found).toMatchObject({ verdict: 'faulty', score: 0, suite: null, heldOut: null });
    expect(found.faults.map((one) => one.fault)).toContain(fault);
    expect(found.stages.map(({ stage }) => stage)).toEqual(['quick']);
  });

  it('that fails in one scenario keeps its score of the others', async () => {
    // locks' VM is the only one that has 12 vCPUs
    const coresWanted: Policy['coresWanted'] = (view, vm) => (view.vcpus(vm) === 12 ? NaN : view.waiting(vm));
    const found = await judge({ coresWanted }, { ...SHORT, straight: true });
    expect(found.faults).toEqual([expect.objectContaining({ stage: 'suite', scenario: 'locks', fault: 'answer' })]);
    const [bursts, locks] = found.stages[0]!.scenarios;
    expect(locks!.score).toBe(0);
    expect(found.score).toBeCloseTo(bursts!.score / 2, 12);
    expect(found.verdict).toBe('faulty');
  });

  it('that goes by more than the view is found out', async () => {
    let calls = 0;
    const { faults } = await judge({ coresWanted: () => (calls++ % 7 === 0 ? 3 : 0) }, SHORT);
    expect(faults.map(({ fault }) => fault)).toEqual(['repeatable']);
  });

  it('ends at the floor', async () => {
    const found = await judge({ coresWanted: () => 0 }, { ...SHORT, floor: 0.99 });
    expect(found).toMatchObject({ verdict: 'below-floor', suite: null });
    expect(found.score).toBe(found.stages[0]!.score);
  });
});

describe('held-out workloads', () => {
  it('follow from their seed and are new for another', () => {
    const hashes = (seed: number): string[] => heldOut(seed).map(({ scenario }) => scenarioSha256(scenario));
    expect(hashes(7)).toEqual(hashes(7));
    expect(new Set([...hashes(7), ...hashes(8)]).size).toBe(2 * hashes(7).length);
    for (let seed = 0; seed < 20; seed++) expect(heldOut(seed)).toHaveLength(6);
  });

  it('have targets that ideal attains, and a score of their own', async () => {
    const found = await judge(
      { mechanism: 'ideal' },
      { only: ['bursts'], replications: 1, durationNs: 2e6, straight: true, heldOut: 5 },
    );
    expect(found.heldOut).toBe(1);
    expect(JSON.stringify(found)).not.toContain('"seed"');
  });
});
