// Defaults of `datapath`, each with its source, and what has none.

import { type Field, type Parameter, fieldOf as field, parametersOf } from '../input/parameter.js';
import { DATAPATH_DISCIPLINES } from './spec.js';

const DP = 'datapath';

export const DATAPATH_PARAMETERS: readonly Parameter[] = parametersOf([
  [
    `${DP}.discipline`,
    'choice',
    'cycles',
    'Whose packets are served: fifo; by budgets of core time (cycles), of packets, or of bytes; siloed: by workers of their own.',
    'Virtuoso: cycle budgets',
    'published',
    DATAPATH_DISCIPLINES,
  ],
  [`${DP}.batch`, 'count', 16, 'Packets that a worker takes at once.', 'Virtuoso, its source', 'source code'],
  [
    `${DP}.queue`,
    'count',
    4096,
    'Packets that may wait, of all tenants together; under siloed of each. The next one is dropped.',
    'no figure is published',
    'assumed',
  ],
  [
    `${DP}.period`,
    'ns',
    100_000,
    'Between two refills of the budgets.',
    "Virtuoso, its authors' scripts",
    'source code',
  ],
  [
    `${DP}.boost`,
    'count',
    1,
    'cycles: what all budgets of a worker gain together, as a share of the time that passes.',
    'the shares of a worker add up to one core',
    'assumed',
  ],
  [`${DP}.tenants.*.weight`, 'count', 1, "The tenant's share of what budgets gain.", 'alike for all', 'assumed'],
  [`${DP}.tenants.*.packet`, 'bytes', 1500, 'Size of a packet; bytes charges it.', 'a full Ethernet frame', 'assumed'],
]);

export const DATAPATH_FIELDS: readonly Field[] = [
  field(`${DP}.workers`, 'count', 'Cores of the host that serve packets and nothing else.'),
  field(
    `${DP}.rate`,
    'count',
    'packets, bytes: what all budgets of a worker gain together in a second.',
    'must be given under packets and bytes',
  ),
  field(`${DP}.tenants.*.vm`, 'name', 'A VM whose requests come as packets through the datapath.'),
  field(`${DP}.tenants.*.cost`, 'ns', 'Core time of a packet: a duration, or a distribution of times.'),
];
