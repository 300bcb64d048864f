// What `fluxhost reproduce taiji --set` changes: the load of the DPU, which is assumed, and the engine's parameters with the
// sources that they have in every scenario.

import { MEMORY_PARAMETERS } from '../../swap/parameters.js';
import { experimentRows, modelRows, type Settings, changedFields } from '../parameters.js';
import { CLIFF, cold, coldTouches, PHYSICAL_GIB } from './dpu.js';
import type { Example } from '../measured.js';

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
);

export const TAIJI_PARAMETERS = [...OWN, ...ENGINE];

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
    ...changedFields(ENGINE, settings),
  ];
}
