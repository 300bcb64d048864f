// What `fluxhost reproduce ptmt --set` changes. Of the paper (arXiv 2604.12165) the abstract was at hand.

import { FORMATS } from '../../pages/formats/names.js';
import { experimentRows } from '../parameters.js';
import { DETECTOR_ROWS, TIER_ROWS } from '../tierbpf/parameters.js';

const ASSUMED = 'assumed: which parameters the paper tunes is not known here';
const CHOICE = 'a choice';

export const HOSTS = ['autonuma', 'tpp'] as const;

export const PTMT_PARAMETERS = experimentRows(
  [
    ...TIER_ROWS,
    ...DETECTOR_ROWS.filter(([path]) => path !== 'count'),
    ['size', 'choice', '4KiB', null, null, 'Of the pages.', CHOICE, 'assumed'],
    ['hosts', 'list', 'autonuma,tpp', null, null, 'That are tuned.', 'arXiv 2604.12165, abstract', 'published'],
    ['periods', 'count', 200, 4, 10_000, 'In each of which the tuner chooses.', CHOICE, 'assumed'],
    ['explore', 'count', 2, 1, 1000, 'Periods each of those tried is tried for.', CHOICE, 'assumed'],
    ['exploration', 'share', 0.1, 1e-3, 1, "EXP3's, of its choices.", CHOICE, 'assumed'],
    ['candidates', 'count', 4, 1, 16, "Of the table's fastest that are tried.", CHOICE, 'assumed'],
    ['grid.scanPeriod', 'number', 4, 1e-3, 1e3, 'The other scan period, of the default.', ASSUMED, 'assumed'],
    ['grid.scanSize', 'number', 0.25, 1e-3, 1e3, 'The other scan size, of the default.', ASSUMED, 'assumed'],
    [
      'grid.hotThreshold',
      'number',
      0.125,
      1e-3,
      1e3,
      'autonuma: the other threshold, of the default.',
      ASSUMED,
      'assumed',
    ],
    ['grid.rateLimit', 'number', 16, 1e-3, 1e9, 'autonuma: the other limit, MiB a second.', ASSUMED, 'assumed'],
    ['grid.faults', 'count', 8, 1, 1000, 'tpp: the other number of hint faults.', ASSUMED, 'assumed'],
    ['grid.watermark', 'share', 0, 0, 1, 'tpp: the other watermarks, of the default.', ASSUMED, 'assumed'],
    ['table.skews', 'list', '0.8,1.2', null, null, "Of the table's workloads.", CHOICE, 'assumed'],
    ['table.drifts', 'list', '0,0.3', null, null, 'The same: drift.share.', CHOICE, 'assumed'],
    ['table.accesses', 'count', 100_000, 1000, 1e8, 'Of each of them.', CHOICE, 'assumed'],
  ],
  { hosts: HOSTS, size: ['4KiB', '2MiB'], 'trace.format': FORMATS.map(({ name }) => name) },
);
