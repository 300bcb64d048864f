// A report of several replications: its sentences have the means that the terminal's table has, and what is of one seed says so.

import { beforeAll, describe, expect, it } from 'vitest';
import { compare, parseScenario, type Result } from '../../../src/index.js';
import { renderComparison } from '../../../src/report/compare-table.js';
import { reportOf } from '../../../src/report/html/document.js';
import type { Figure } from '../../../src/report/html/figure.js';
import { metIn } from '../../../src/report/replications.js';
import { duration } from '../../../src/report/html/words.js';
import type { Comparison } from '../../../src/study/compare.js';
import { SCENARIO } from './documents.js';

const { scenario } = parseScenario(SCENARIO);
const mechanisms = ['hyperflux', 'static'] as const;

const answersOf = (figures: readonly Figure[]): Map<string, string> =>
  new Map(figures.map(({ id, answer }) => [id, answer]));

describe('a report of several replications', () => {
  let comparison: Comparison;
  beforeAll(async () => {
    comparison = await compare(scenario, { mechanisms, replications: 4 });
  });

  /** Computed here: the mean of a figure over the replications. */
  const meanOf = (path: string, run = comparison.runs[0]!): number => {
    const values = run.replications!.map(({ figures }) => figures[path]!);
    return values.reduce((all, value) => all + value, 0) / values.length;
  };

  it('has the means of the latency and of the moves, and how many seeds meet the SLO', () => {
    const answers = answersOf(reportOf(comparison).figures);
    const [run] = comparison.runs;
    expect(run!.vms[0]!.latencyNs.p99).not.toBe(meanOf('api.latencyNs.p99'));
    expect(answers.get('latency')).toContain(`hyperflux (${duration(meanOf('api.latencyNs.p99'))} ± `);
    const met = run!.replications!.filter(({ figures }) => figures['api.slo.attained'] === 1).length;
    expect(answers.get('latency')).toContain(`; in ${met} of 4 seeds [`);
    expect(answers.get('latency')).toMatch(
      / Means over 4 seeds, and in how many of them the SLO is met, with the 95 % interval of that share\.$/,
    );
    expect(answers.get('moves')).toMatch(
      new RegExp(`^hyperflux: ${Math.round(meanOf('reallocation.count'))} ± \\d+ moves; .* Means over 4 seeds\\.$`),
    );
  });

  it('says of everything else that it is of one seed, and nothing of the kind of a single run', async () => {
    for (const { id, answer, caption } of reportOf(comparison).figures) {
      if (id !== 'latency' && id !== 'moves') expect(answer, id).toMatch(/ All this is of seed 3 alone\.$/);
      expect(caption, id).toContain('of seed 3 alone');
    }
    const single = reportOf(await compare(scenario, { mechanisms }));
    for (const { answer, caption } of single.figures) expect(answer + caption).not.toMatch(/seed 3 alone|Means over/);
  });

  it('a miss in another seed than the first is a miss', () => {
    const [first, ...rest] = comparison.runs[0]!.replications!;
    const worse = { ...rest[0]!, figures: { ...rest[0]!.figures, 'api.slo.attained': 0 } };
    const run = { ...comparison.runs[0]!, replications: [first!, worse, ...rest.slice(1)] };
    expect(run.vms[0]!.slo!.attained).toBe(true);
    const { verdict, good } = reportOf(run);
    expect(verdict).toMatch(
      /^hyperflux misses the SLO, met in 3 of 4 seeds \(95 % interval of that share: 30–95 %\): api’s p99 is /,
    );
    expect(good).toBe(false);
  });

  it('has the share of seeds as numbers, with no interval of parts of one trace, and says so where none has data', () => {
    const [run] = comparison.runs;
    expect(metIn(run!, run!.vms.slice(0, 1))).toEqual({ met: 4, of: 4, percent: { low: '51', high: '100' } });
    expect(metIn({ ...run!, replications: [] }, run!.vms)).toBeUndefined();
    const resampled = {
      ...run!,
      resampled: [{ vm: 'api', file: 'a.csv', block: 1e6, blocks: 20 }],
    } as unknown as Result;
    expect(metIn(resampled, run!.vms.slice(0, 1))).toEqual({ met: 4, of: 4, percent: null });
    expect(reportOf(resampled).verdict).toMatch(/^hyperflux meets the SLO in 4 of 4 seeds: api’s p99 is /);
    const silent = run!.replications!.map((one) => {
      const { 'api.slo.attained': _, ...figures } = one.figures;
      return { ...one, figures };
    });
    expect(metIn({ ...run!, replications: silent }, run!.vms)).toBeNull();
    expect(reportOf({ ...run!, replications: silent }).verdict).toContain(
      'met in no seed, for no request came to judge by: api’s p99 is ',
    );
  });

  it('the closing sentence has the mean of what best-effort work got', () => {
    const seconds = meanOf('batch.cpuSeconds.task') * 1e9;
    const share = (100 * seconds) / (9 * comparison.runs[0]!.manifest.measuredNs);
    const text = renderComparison(comparison).replaceAll(/\s+/g, ' ');
    expect(text).toContain(`Best-effort tasks got ${share.toFixed(1)} % ± `);
  });
});
