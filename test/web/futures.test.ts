// What the page draws of its futures against the accounts of their results: whoever has a core on the strips has it in `cpuSeconds`.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileCore, MECHANISM_KINDS, type Result } from '../../src/index.js';
import { dedicatedCores } from '../../src/scenario/mechanisms.js';
import { Futures } from '../../src/web/futures.js';
import type { History } from '../../src/web/history.js';
import { vmOf, type Answer, type Ask } from '../../src/web/protocol.js';
import { Runner } from '../../src/web/runner.js';

const BURSTS = readFileSync(new URL('../../src/web/scenarios/bursts.yaml', import.meta.url), 'utf8');
const FORK_NS = 1_234_567;
const FROM_NS = 1_500_000; // what a fork drains is over
const TO_NS = 4_500_000; // three bursts of 200 us
const COLUMN_NS = 1500; // 2000 columns, fewer than a history keeps

type Of<A extends Answer['answer']> = Extract<Answer, { answer: A }>;

class Page {
  readonly futures = new Futures();
  private readonly runner = new Runner(() => compileCore());

  async ask<A extends Answer['answer']>(answer: A, ask: Ask): Promise<Of<A>> {
    const got = await this.runner.answer(ask);
    if (got.answer !== answer) throw new Error(JSON.stringify(got).slice(0, 500));
    return got as Of<A>;
  }

  async load(mechanism: string): Promise<void> {
    const set = [`mechanism=${mechanism}`, 'warmup=0us', 'duration=5ms'];
    const ask: Ask = { ask: 'load', text: BURSTS, file: 'bursts.yaml', set, foreign: false, files: [] };
    this.futures.begin((await this.ask('loaded', ask)).about);
  }

  async play(toNs: number): Promise<void> {
    for (let nowNs = 0; nowNs < toNs;) {
      const ask: Ask = { ask: 'advance', toNs, columnNs: COLUMN_NS, budgetMs: Infinity, point: false };
      const answer = await this.ask('advanced', ask);
      this.futures.take(answer);
      nowNs = answer.nowNs;
    }
  }

  /** Core time of each VM so far, in ns. */
  async accounts(future: number): Promise<number[]> {
    const { json } = await this.ask('result', { ask: 'result', future });
    const { vms } = JSON.parse(json) as Result;
    return vms.map(
      ({ cpuSeconds: { task, steal, idlePoll, transition } }) => 1e9 * (task + steal + idlePoll + transition),
    );
  }
}

function drawn({ timeNs, cores }: History, vms: number): number[] {
  const sums = new Array<number>(vms).fill(0);
  for (let i = timeNs.findIndex((time) => time > FROM_NS); i < timeNs.length; i++)
    for (const code of cores[i]!) if (vmOf(code) >= 0) sums[vmOf(code)]! += timeNs[i]! - timeNs[i - 1]!;
  return sums;
}

const kinds = MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22'); // nothing is forked into that
const forks = [...kinds.map((kind) => ['hyperflux', kind] as const), ...kinds.map((kind) => ['static', kind] as const)];

describe('the futures of the page', () => {
  it.each(forks)('draw a fork of %s to %s as its accounts have it', async (from, to) => {
    const page = new Page();
    await page.load(from);
    await page.play(FORK_NS);
    const set = [`mechanism=${to}`];
    page.futures.fork(await page.ask('forked', { ask: 'fork', set }), set);
    await page.play(FROM_NS);
    const before = [await page.accounts(0), await page.accounts(1)];
    await page.play(TO_NS);
    for (const [future, kind] of [from, to].entries()) {
      const { history } = page.futures.shown[future]!;
      expect(history.coreCount).toBe(17 - dedicatedCores(kind));
      expect(history.cores.at(-1)).toHaveLength(history.coreCount);
      const after = await page.accounts(future);
      const seen = drawn(history, 2);
      after.forEach((ns, vm) => {
        const held = ns - before[future]![vm]!;
        expect(Math.abs(seen[vm]! - held)).toBeLessThan(0.02 * (TO_NS - FROM_NS));
      });
    }
    // a static VM keeps its cores: nothing runs down the strips
    if (to !== 'static') return;
    const { timeNs, cores } = page.futures.shown[1]!.history;
    const settled = cores.slice(timeNs.findIndex((time) => time > FROM_NS)).map((column) => Array.from(column, vmOf));
    for (const column of settled) expect(column).toEqual(settled[0]);
    expect(settled[0]!.filter((vm) => vm === 0)).toHaveLength(2);
  });
});
