// `datapath` as it is written: types, validation and defaults. What concerns VMs too is in checks.ts.

import * as z from 'zod';
import type { Dist } from '../input/distributions.js';
import { serviceDistribution } from '../input/distribution-schema.js';
import {
  about,
  choice,
  compact,
  documenting,
  later,
  positiveDuration,
  positiveSize,
  rate,
  real,
  section,
  whole,
} from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { DATAPATH_FIELDS, DATAPATH_PARAMETERS } from './parameters.js';
import { DATAPATH_DISCIPLINES, type Datapath } from './spec.js';

const TABLE = parameterTable(DATAPATH_PARAMETERS);
const { documented, described } = documenting(TABLE, DATAPATH_FIELDS);
const DP = 'datapath';

const constant = (value: number): Dist => ({ dist: 'constant', value });
const costExpected = (): string => 'a duration with a unit such as 500ns, or a distribution of times';

const tenant = later(() =>
  section({
    vm: described(`${DP}.tenants.*.vm`, z.string({ error: () => 'the name of a VM' })),
    weight: documented(`${DP}.tenants.*.weight`, real(0.001, 1_000_000)),
    cost: described(
      `${DP}.tenants.*.cost`,
      z.union([positiveDuration.transform(constant), serviceDistribution], { error: costExpected }),
    ),
    packet: documented(`${DP}.tenants.*.packet`, positiveSize),
  }).transform(({ vm, weight, cost, packet }) => ({
    ...{ vm, cost },
    weight: weight ?? TABLE.defaultNumber(`${DP}.tenants.*.weight`),
    packetBytes: packet ?? TABLE.defaultNumber(`${DP}.tenants.*.packet`),
  })),
);

export const datapathSchema = later(() =>
  section({
    workers: described(`${DP}.workers`, whole(1, 64)),
    discipline: documented(`${DP}.discipline`, choice(DATAPATH_DISCIPLINES)),
    batch: documented(`${DP}.batch`, whole(1, 64)),
    queue: documented(`${DP}.queue`, whole(1, 1_000_000)),
    period: documented(`${DP}.period`, positiveDuration),
    boost: documented(`${DP}.boost`, real(0.001, 1000)),
    rate: described(`${DP}.rate`, z.optional(rate)),
    tenants: about(
      'The VMs whose packets come through.',
      z.array(tenant, { error: () => 'a list of at least one tenant' }).min(1, { error: 'at least one tenant' }),
    ),
  })
    .superRefine(({ discipline, rate: perSecond, workers, tenants }, context) => {
      const kind = discipline ?? TABLE.defaultChoice(`${DP}.discipline`, DATAPATH_DISCIPLINES);
      const tell = (field: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [field], message });
      const byRate = kind === 'packets' || kind === 'bytes';
      if (byRate && perSecond === undefined)
        tell('rate', `${kind} a second that the budgets of a worker gain together`);
      if (!byRate && perSecond !== undefined) tell('rate', `nothing: under ${kind} no budget counts packets or bytes`);
      if (kind === 'siloed' && workers < tenants.length)
        tell('workers', `at least ${tenants.length}: under siloed each tenant has workers of its own`);
    })
    .transform((given): Datapath =>
      compact({
        workers: given.workers,
        discipline: given.discipline ?? TABLE.defaultChoice(`${DP}.discipline`, DATAPATH_DISCIPLINES),
        batch: given.batch ?? TABLE.defaultNumber(`${DP}.batch`),
        queue: given.queue ?? TABLE.defaultNumber(`${DP}.queue`),
        periodNs: given.period ?? TABLE.defaultNumber(`${DP}.period`),
        boost: given.boost ?? TABLE.defaultNumber(`${DP}.boost`),
        rate: given.rate,
        tenants: given.tenants,
      }),
    ),
);
