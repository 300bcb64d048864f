// The picture of a paper's numbers is held against the claims: every number drawn is a claim's own, none is left out, bounds are open
// to the right side, and who has no number stands in the table.

import { describe, expect, it } from 'vitest';
import type { ClaimNumbers } from '../../../src/report/claim-numbers.js';
import { reportOf } from '../../../src/report/html/document.js';
import type { ClaimsPlot, Figure } from '../../../src/report/html/figure.js';
import type { Reproduction } from '../../../src/experiments/api.js';
import { renderFront, summaryOf } from '../../../src/experiments/summary.js';
import { numberText, reachOf, toneOf } from '../../../src/report/html/figures/claim-marks.js';
import type { ExperimentDocument } from '../../../src/report/html/figures/claims.js';
import { renderHtml } from '../../../src/report/html/render.js';
import { paperVerdict } from '../../../src/report/html/paper.js';
import { PAPER } from './documents.js';

type Claim = ExperimentDocument['claims'][number];

const [base] = PAPER.claims as [Claim];

function claim(name: string, paper: string, numbers: ClaimNumbers | undefined, more: Partial<Claim> = {}): Claim {
  const { numbers: _, ...rest } = base;
  return { ...rest, claim: name, paper, ...(numbers === undefined ? {} : { numbers }), ...more };
}

const CLAIMS: readonly Claim[] = [
  claim(
    'a move',
    '13 us',
    { unit: 'ns', paper: { bound: '=', value: 13_000 }, ours: [{ where: '', value: 13_100 }] },
    { verdict: 'reproduced' },
  ),
  claim(
    'a tail',
    'up to 10x',
    {
      unit: 'ratio',
      paper: { bound: '≤', value: 10 },
      ours: [
        { where: 'calm', value: 0.76, reach: { kind: 'interval', low: -0.2, high: 1.72 } },
        { where: 'rough', value: 64.5 },
      ],
    },
    { verdict: 'reachable' },
  ),
  claim(
    'hosts',
    '20 to 100 times fewer than whoever keeps every VM for as long as it likes',
    {
      unit: 'ratio',
      paper: { bound: '=', value: 20, to: 100 },
      ours: [{ where: '', value: 1.71, reach: { kind: 'range', low: 0.5, high: 266 } }],
    },
    { verdict: 'not reached' },
  ),
  claim(
    'the better ones are kept',
    'fewer cold starts',
    { unit: 'ratio', paper: { bound: '<', value: 1 }, ours: [{ where: '', value: 2 }] },
    { verdict: 'refuted under this load' },
  ),
  claim(
    'a start',
    'more than 3 times as fast',
    { unit: 'ratio', paper: { bound: '>', value: 3 }, ours: [{ where: '', value: 53 }] },
    { verdict: 'not testable here' },
  ),
  claim('words', 'no figure', undefined),
];

const figureOf = (claims: readonly Claim[]): Figure | undefined =>
  reportOf({ ...PAPER, claims }).figures.find(({ id }) => id === 'claims');

function plotOf(claims: readonly Claim[]): ClaimsPlot {
  const { drawing } = figureOf(claims)!;
  if (drawing.kind !== 'claims') throw new Error('the figure of claims is of another kind');
  return drawing;
}

describe('the figure of claims', () => {
  it('draws every number of every claim, by unit, and none besides', () => {
    const { panels } = plotOf(CLAIMS);
    expect(panels.map(({ unit }) => unit)).toEqual(['ns', 'ratio']);
    for (const { unit, rows } of panels) {
      const of = CLAIMS.filter(({ numbers }) => numbers?.unit === unit);
      expect(rows.map(({ claim: name }) => name)).toEqual(of.map(({ claim: name }) => name));
      rows.forEach(({ ours }, i) =>
        expect(ours.map(({ value, reach }) => [value, reach])).toEqual(
          of[i]!.numbers!.ours.map(({ value, reach }) => [value, reach ?? null]),
        ),
      );
    }
  });

  it('draws what the paper states as it is worded: a value, a range, a bound open to one side', () => {
    const rows = plotOf(CLAIMS).panels.flatMap((panel) => panel.rows);
    expect(rows.map(({ paper: { low, high, text } }) => [low, high, text])).toEqual([
      [13_000, 13_000, 'paper: 13\u00a0µs'],
      [null, 10, 'paper: up to 10x'],
      [20, 100, 'paper: 20x to 100x'],
      [null, 1, 'paper: less than 1x, fewer cold starts'],
      [3, null, 'paper: more than 3 times as fast'],
    ]);
    expect(rows[3]!.paper.short).toBe('paper: less than 1x');
    expect(reachOf({ bound: '≈', value: 0.05 })).toEqual({ low: 0.05, high: 0.05 });
  });

  it('says a verdict by word and colour', () => {
    const rows = plotOf(CLAIMS).panels.flatMap((panel) => panel.rows);
    expect(rows.map(({ verdict, tone }) => [verdict, tone])).toEqual([
      ['reproduced', 'good'],
      ['reachable', 'open'],
      ['not reached', 'missed'],
      ['refuted under this load', 'missed'],
      ['not testable here', 'quiet'],
    ]);
    expect(toneOf('open question, answered')).toBe('quiet');
    // files of earlier versions say only what carries a claim
    const { verdict: _, ...old } = CLAIMS[0]!;
    expect(plotOf([{ ...old, supported: 'no' }]).panels[0]!.rows[0]!.verdict).toBe('not reached');
  });

  it('has a logarithmic axis where ratios spread, also where an interval reaches below 0, and none for what may be 0', () => {
    expect(plotOf(CLAIMS).panels.map(({ log }) => log)).toEqual([false, true]);
    expect(plotOf(PAPER.claims).panels.map(({ log }) => log)).toEqual([false]);
  });

  it('has every claim in its table, with the numbers as text', () => {
    const { table, answer } = figureOf(CLAIMS)!;
    expect(table.rows).toHaveLength(7);
    expect(table.rows[1]).toEqual([
      'a tail',
      'up to 10x',
      '0.760x',
      '−0.200x to 1.72x (95 % interval)',
      'calm',
      'reachable',
    ]);
    expect(table.rows.at(-1)!.slice(0, 3)).toEqual(['words', 'no figure', 'not drawn: no number to compare']);
    expect(answer).toBe(
      '5 claims state numbers that can be set beside ours: 1 reproduced, 1 reachable, 1 not reached, 1 refuted under this load and 1 not testable here. ' +
        '1 claim without one stands in the table only.',
    );
  });

  it('is not there without numbers, nor where JSON had none', () => {
    expect(figureOf(CLAIMS.slice(-1))).toBeUndefined();
    const none = {
      unit: 'ratio',
      paper: { bound: '=', value: 1 },
      ours: [{ where: '', value: null as unknown as number }],
    } as const;
    expect(figureOf([claim('nothing measured', '1x', none)])).toBeUndefined();
  });

  it('stands before the claims as text, escaped', () => {
    const html = renderHtml(
      { ...PAPER, claims: [...PAPER.claims, ...CLAIMS] },
      { command: 'fluxhost reproduce paper' },
    );
    const places = ['id="claims"', 'class="claims"', 'id="table-1"'].map((one) => html.indexOf(one));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
    expect(html).not.toContain('1 <b> pool');
  });

  it('says of each claim what the terminal says, in the same digits', () => {
    const brief = { ...PAPER.claims[0]!, claim: 'a second', brief: '1.5 of all 3 kinds (a, b, c)' };
    const many =
      'of the throughput, which is what most of those who read the paper will look for in it, whatever else it says';
    const two = claim('of two numbers', 'about 5 %', {
      unit: 'share',
      paper: { bound: '≈', value: 0.05 },
      ours: [
        { where: many, value: 0.001 },
        { where: 'of the core time', value: 0.056, reach: { kind: 'range', low: 0.05, high: 0.06 } },
      ],
    });
    const open = { ...brief, claim: 'a question', answer: 'No; not at all. Never.', brief: 'none of it; never' };
    const found = {
      ...PAPER,
      name: 'paper',
      parameters: {},
      claims: [...PAPER.claims, brief, two, open].map((one) => ({
        ...one,
        id: '',
        verdict: 'reachable' as const,
        assumed: [],
      })),
    };
    const terminal = summaryOf(found).map(({ ours }) => ours);
    const rows = reportOf(found).claims!.flatMap(({ table }) => table.rows);
    expect(rows.map((row) => row[2]!.replaceAll('\u00a0', ' ').replaceAll('−', '-').replaceAll('µs', 'us'))).toEqual(
      terminal,
    );
    expect(terminal[0]).toContain('1.6 %');
    expect(terminal[1]).toBe(brief.brief);
  });

  it('writes numbers in their units', () => {
    const texts = [
      numberText(13_000, 'ns'),
      numberText(3.2e6, 'bytes'),
      numberText(-0.44, 'change'),
      numberText(0.18, 'change'),
      numberText(0.8943, 'share'),
      numberText(1.7123, 'ratio'),
    ];
    expect(texts.map((text) => text.replace('\u00a0', ' '))).toEqual([
      '13.0 µs',
      '3.05 MiB',
      '−44.0 %',
      '+18.0 %',
      '89.4 %',
      '1.71x',
    ]);
  });

  it('the verdict counts claims by what comes of them, and says one thing first', () => {
    const of = (...verdicts: string[]): string =>
      paperVerdict(
        verdicts.map((verdict) => ({ ...base, verdict, ...(verdict === 'open' ? { answer: 'Yes.' } : {}) })),
      );
    expect(of('reachable', 'reachable')).toBe('All 2 claims come out only with what had to be assumed.');
    expect(of('reproduced', 'reachable', 'reachable', 'not reached', 'refuted under load', 'open')).toBe(
      '1 of 5 claims comes out from published parameters alone, 2 only with what had to be assumed, 1 does not come out and ' +
        '1 turns out the other way. 1 open question is answered.',
    );
    expect(of('not reached', 'reproduced')).toBe(
      '1 of 2 claims comes out from published parameters alone and 1 does not come out.',
    );
    expect(of('not reached', 'not reached')).toBe('None of the 2 claims comes out.');
    expect(of('open', 'open')).toBe('2 open questions are answered.');
  });

  it('counts negative controls apart from claims, in the report, the terminal and what is assumed', () => {
    const control = claim('negative control: nothing moves', 'no gain expected', undefined, { verdict: 'reproduced' });
    const missed = { ...control, verdict: 'not reached', assumptions: [] };
    const [first] = CLAIMS;
    expect(paperVerdict([first!, control])).toBe(
      'The one claim comes out from published parameters alone. The negative control holds.',
    );
    expect(paperVerdict([first!, first!, control, missed])).toBe(
      'All 2 claims come out from published parameters alone. 1 of 2 negative controls hold.',
    );
    expect(paperVerdict([missed])).toBe('The negative control does not hold.');
    const document = { ...PAPER, claims: [first!, control, missed] };
    const { facts, remarks } = reportOf(document);
    expect(facts).toEqual(expect.arrayContaining(['1 claim', '2 negative controls']));
    expect(remarks.find(({ code }) => code === 'assumed')!.detail).toMatch(/^1 of 1 answers rest/);
    const judged = document.claims.map((one, i) => ({ ...one, id: String(i), assumed: [], verdict: one.verdict! }));
    expect(renderFront([{ name: 'paper', claims: judged as Reproduction['claims'] }])).toContain(
      '1 claims and questions: 1 reproduced; 1 of 2 negative controls hold\n',
    );
  });
});
