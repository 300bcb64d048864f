// What `fluxhost reproduce hyperflux --set` changes: seeds and replications, what the questions assume of load and locks, and what
// every step of scheduling and of a move costs, with the sources that the costs have in every scenario.

import { COST_PARAMETERS } from '../../mechanisms/costs.js';
import { MECHANISM_PARAMETERS } from '../../mechanisms/kinds.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import { changedFields, experimentRows, modelRows, type Settings, defaultsOf } from '../parameters.js';
import type { ExperimentOptions } from '../experiment.js';

const ASSUMED = 'assumed: no figure is published';
const CHOICE = 'a choice';

const OWN = experimentRows([
  ['seed', 'count', 1, 0, 2 ** 32 - 1, 'The replications draw their seeds from it.', CHOICE, 'assumed'],
  ['replications', 'count', 5, 2, 100, 'Runs behind every interval.', CHOICE, 'assumed'],
  ['arbiter.replications', 'count', 3, 2, 100, 'The same where thousands of VMs run.', CHOICE, 'assumed'],
  ['lock.replications', 'count', 10, 2, 100, 'The same where lost lock holders are counted.', CHOICE, 'assumed'],
  [
    'tail.peaks',
    'list',
    '0.5,0.8,0.95,1.1,1.5,2,3',
    null,
    null,
    'Needs of a burst over what is pinned.',
    ASSUMED,
    'assumed',
  ],
  ['tail.meanOn', 'us', 1000, 1, 1e6, 'Mean length of those bursts, one in ten times as long.', ASSUMED, 'assumed'],
  ['lock.hold', 'us', 4, 0.1, 1000, 'Length of the critical section.', ASSUMED, 'assumed'],
  ['lock.probability', 'share', 0.3, 0, 1, 'Tasks that have one.', ASSUMED, 'assumed'],
  [
    'taskSize.utilization',
    'share',
    0.6,
    0.01,
    0.99,
    'Load of each service, of what is pinned, where it is steady.',
    ASSUMED,
    'assumed',
  ],
  [
    'hotplug.burst',
    'ms',
    10,
    1,
    1000,
    'Length of the burst, every 1.5 s.',
    'APSys 2025, section 2.1: bursts of ms',
    'assumed',
  ],
]);

const COSTS = modelRows(COST_PARAMETERS);
const KNOBS = modelRows(
  MECHANISM_PARAMETERS.filter(({ path }) => /^mechanism\.hyperflux\.(interval|threshold)$/.test(path)),
  '',
  { interval: [1, null] },
);

export const HYPERFLUX_PARAMETERS = [...OWN, ...KNOBS, ...COSTS];

/** Of a question that is asked alone, too. */
export const settingsIn = (options: ExperimentOptions | undefined): Settings =>
  options?.parameters ?? defaultsOf(HYPERFLUX_PARAMETERS);

/** `a.b.name=value` as name and value. */
const named = (fields: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map((field) => /([^.=]+)=(.*)$/.exec(field)!.slice(1, 3) as [string, string]));

/** A scenario with the costs and knobs that a reader changed; a knob that the scenario sets stays. */
export function changedBy(settings: Settings, scenario: ScenarioInput): ScenarioInput {
  const costs = named(changedFields(COSTS, settings));
  const knobs = named(changedFields(KNOBS, settings));
  const { mechanism } = scenario;
  const own = typeof mechanism === 'string' ? { kind: mechanism } : mechanism;
  return {
    ...scenario,
    ...(Object.keys(costs).length === 0 ? {} : { costs }),
    ...(Object.keys(knobs).length === 0 || own.kind !== 'hyperflux' ? {} : { mechanism: { ...knobs, ...own } }),
  };
}
