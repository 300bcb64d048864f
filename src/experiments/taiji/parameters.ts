// What `fluxhost reproduce taiji --set` changes: the load of the DPU, which is assumed, and the engine's parameters with the
// sources that they have in every scenario.

import { MEMORY_PARAMETERS } from '../../swap/parameters.js';
import { lawWithMean } from '../../swap/schema.js';
import type { BackendName } from '../../swap/types.js';
import { experimentRows, modelRows, type Settings, changedFields } from '../parameters.js';
import { CLIFF, cold, coldTouches, PHYSICAL_GIB } from './dpu.js';
import type { Example } from '../measured.js';

const PAGE = 4096;
const ASSUMED = 'assumed: no figure is published';

const OWN = experimentRows([
  ['seed', 'count', 1, 0, 2 ** 32 - 1, 'Of every run.', 'a choice', 'assumed'],
  [
    'expansion',
    'share',
    1.5,
    1,
    4,
    'Virtual memory over the 32 GiB of the DPU.',
    'arXiv:2511.09936, abstract: more than +50 %',
    'published',
  ],
  [
    'cold',
    'share',
    0.6,
    0,
    1,
    'Pages that are hardly touched.',
    'a review of the paper says only: more than 50 %',
    'assumed',
  ],
  ['coldTouches', 'share', 0.01, 0, 1, 'Touches that go to cold pages, where all cores are busy.', ASSUMED, 'assumed'],
]);

/** The rest of the engine is what the tables vary, or the same for every page. */
const ENGINE = modelRows(
  MEMORY_PARAMETERS.filter(({ path, unit }) =>
    unit === 'choice' || unit === 'name'
      ? false
      : /^host\.memory\.(fault|watermarks|backends)\.|^host\.memory\.(workers|metadata)$|\.perPage$/.test(path),
  ),
  '',
  {
    'memory.workers': [1, 64],
    'memory.metadata': [1, PAGE],
    'watermarks.high': [0, 1],
    'watermarks.low': [0, 1],
    'watermarks.min': [0, 1],
    '.ratio': [1, null],
  },
);

export const TAIJI_PARAMETERS = [...OWN, ...ENGINE];

/** The mean of a backend's times, in the law that they have. */
function asLaw(field: string): string {
  const [, path, name, way, mean] = /^(host\.memory\.backends\.(\w+)\.(in|out))=(\S+)$/.exec(field) ?? [];
  if (path === undefined) return field;
  const law = lawWithMean(name as BackendName, way as 'in' | 'out', 1);
  return `${path}=${law.dist === 'lognormal' ? `{ dist: lognormal, mean: ${mean}, cv: ${law.cv} }` : `{ dist: constant, value: ${mean} }`}`;
}

/** What a reader changed, as fields of an example. */
export function fieldsOf(settings: Settings, example: Example<object>): string[] {
  const changed = (path: string): boolean => settings.number(path) !== OWN.find((one) => one.path === path)!.default;
  return [
    ...(changed('seed') ? [`seed=${settings.number('seed')}`] : []),
    ...(changed('expansion')
      ? [`vms.0.memory.size=${Math.round(PHYSICAL_GIB * settings.number('expansion') * 1024)}MiB`]
      : []),
    ...(changed('cold') ? [cold(settings.number('cold'))] : []),
    ...(changed('coldTouches') && example.file === CLIFF.file ? [coldTouches(settings.number('coldTouches'))] : []),
    ...changedFields(ENGINE, settings).map(asLaw),
  ];
}
