// In which order a VM runs its tasks, and tasks that come periodically.

import * as z from 'zod';
import { about, choice, duration, later, positiveDuration, real, section, whole } from '../../input/fields.js';
import { formatDuration } from '../../input/quantities.js';
import { LATE, ORDER_KINDS, type OrderGiven } from '../../order/types.js';
import { defaultChoice, defaultNumber, described, documented } from '../table.js';

const ORDER = 'vms.*.order';
/** Slack × bins stays below 2^63. */
const MAX_BINS = 1024;

const mapping = later(() =>
  section({
    kind: documented(`${ORDER}.kind`, choice(ORDER_KINDS)),
    bins: documented(`${ORDER}.bins`, whole(1, MAX_BINS)),
    range: described(`${ORDER}.range`, z.optional(positiveDuration)),
    tick: documented(`${ORDER}.tick`, positiveDuration),
    decision: about(
      'What a choice costs the core that switches to the chosen task.',
      z.optional(
        section({
          base: documented(`${ORDER}.decision.base`, duration),
          perTask: documented(`${ORDER}.decision.perTask`, duration),
          exponent: documented(`${ORDER}.decision.exponent`, real(0, 4)),
        }),
      ),
    ),
  }),
);
type Mapping = z.output<typeof mapping>;

function resolved({ kind, bins, range, tick, decision }: Mapping): OrderGiven {
  return {
    kind: kind ?? defaultChoice(`${ORDER}.kind`, ORDER_KINDS),
    bins: bins ?? defaultNumber(`${ORDER}.bins`),
    ...(range === undefined ? {} : { rangeNs: range }),
    tickNs: tick ?? defaultNumber(`${ORDER}.tick`),
    decision: {
      baseNs: decision?.base ?? defaultNumber(`${ORDER}.decision.base`),
      perTaskNs: decision?.perTask ?? defaultNumber(`${ORDER}.decision.perTask`),
      exponent: decision?.exponent ?? defaultNumber(`${ORDER}.decision.exponent`),
    },
  };
}

const expected = (): string => `one of ${ORDER_KINDS.join(', ')}, or a mapping { kind, bins, range, tick, decision }`;

export const order = later(() =>
  z
    .union([choice(ORDER_KINDS), mapping], { error: expected })
    .transform((given) => resolved(typeof given === 'string' ? { kind: given } : given)),
);

export const deadline = described('vms.*.workload.deadline', z.optional(positiveDuration));
export const late = documented('vms.*.workload.late', choice(LATE));

const PERIODIC = 'vms.*.workload.arrivals.periodic';
const tasksExpected = (): string => 'a list of 1 to 4096 tasks { period, service }';

export const periodicTasks = described(
  `${PERIODIC}.tasks`,
  later(() =>
    z
      .array(
        section({
          period: described(`${PERIODIC}.tasks.*.period`, positiveDuration),
          service: described(`${PERIODIC}.tasks.*.service`, positiveDuration),
          deadline: described(`${PERIODIC}.tasks.*.deadline`, z.optional(positiveDuration)),
          offset: described(`${PERIODIC}.tasks.*.offset`, z.optional(duration)),
        })
          .superRefine(({ service, deadline: own }, context) => {
            if (own !== undefined && own < service)
              context.addIssue({
                code: 'custom',
                path: ['deadline'],
                message: `at least the service (${formatDuration(service)})`,
              });
          })
          .transform(({ period, service, deadline: own, offset }) => ({
            periodNs: period,
            serviceNs: service,
            ...(own === undefined ? {} : { deadlineNs: own }),
            offsetNs: offset ?? 0,
          })),
        { error: tasksExpected },
      )
      .min(1, { error: tasksExpected })
      .max(4096, { error: tasksExpected }),
  ),
);
