// Reports of what is no run of a host: a trace of pages, a server's reserved memory, a suite of scenarios.

import type { PagesResult } from '../../pages/result.js';
import type { ReserveComparison } from '../../reserve/result.js';
import type { SuiteResult } from '../../study/suite/suite.js';
import type { Report } from './figure.js';
import { missRatioFigure } from './figures/pages.js';
import { suiteAnswer, suiteFigure } from './figures/suite.js';
import { reserveFigures } from './figures/reserve.js';
import { doubtsOfPages } from '../pages-table.js';
import { drawnOnce } from '../reserve-table.js';
import { doubtsOfSuite } from '../suite-table.js';
import { formatDurationNs, formatShare } from '../units.js';
import { counted, listed } from './words.js';

export function pagesReport(result: PagesResult): Report {
  const figure = missRatioFigure(result);
  const { requests, distinctPages, sha256 } = result.trace;
  return {
    title: 'page replacement on a trace',
    question: 'How much memory does the trace need, and who uses it best?',
    verdict: figure?.answer ?? 'Nothing was replayed.',
    good: null,
    facts: [counted(requests, 'request'), counted(distinctPages, 'distinct page')],
    remarks: doubtsOfPages(result),
    figures: figure === undefined ? [] : [figure],
    madeOf: 'Trace',
    manifest: { head: ['', 'value'], rows: [['pages (SHA-256)', sha256]] },
  };
}

const DAY = 86_400e9;

const simulated = (ns: number): string =>
  ns < 2 * DAY ? formatDurationNs(ns) : `${Number((ns / DAY).toFixed(1))} days`;

export function reserveReport(comparison: ReserveComparison): Report {
  const { runs, differences } = comparison;
  const managers = runs.map(({ manifest }) => manifest.manager);
  const first = runs[0]!;
  const sold = first.memory.plan.sellableShare;
  const points = differences.map(
    ({ manager, sellablePoints }) =>
      `${Math.abs(sellablePoints).toFixed(2)} points ${sellablePoints < 0 ? 'less' : 'more'} under ${manager}`,
  );
  const { manifest } = first;
  const row = (name: string, of: (run: (typeof runs)[number]) => string): string[] => [name, ...runs.map(of)];
  return {
    title: `reserved memory under ${listed(managers)}`,
    question: `How much of the server’s memory can be sold under ${listed(managers)}?`,
    verdict: `${formatShare(sold)} of the memory can be sold under ${managers[0]}${points.length === 0 ? '' : `; ${listed(points)}`}.`,
    good: null,
    facts: [
      `seed ${manifest.seed}`,
      ...(manifest.durationNs > 0 ? [`${simulated(manifest.durationNs)} simulated`] : []),
      counted(
        runs.reduce((sum, run) => sum + run.manifest.events, 0),
        'event',
      ),
    ],
    remarks: drawnOnce(runs),
    figures: reserveFigures(comparison),
    manifest: {
      head: ['', ...managers],
      rows: [
        row('program', (run) => `${run.manifest.name} ${run.manifest.version}`),
        row('scenario (SHA-256)', (run) => run.manifest.scenarioSha256),
        row('core (SHA-256)', (run) => run.manifest.coreSha256),
        row('fingerprint', (run) => run.manifest.fingerprint),
      ],
    },
  };
}

export function suiteReport(result: SuiteResult): Report {
  const { scenarios, replications, suite, sha256 } = result;
  const figure = suiteFigure(result);
  return {
    title: `suite ${suite}`,
    question: `Which mechanism meets every SLO most often in ${counted(scenarios.length, 'scenario')}?`,
    verdict: suiteAnswer(result),
    good: null,
    facts: [`suite ${suite}`, counted(scenarios.length, 'scenario'), `${counted(replications, 'seed')} each`],
    remarks: doubtsOfSuite(result),
    figures: figure === undefined ? [] : [figure],
    madeOf: 'Scenarios',
    manifest: { head: ['', 'value'], rows: [['rows (SHA-256)', sha256]] },
  };
}
