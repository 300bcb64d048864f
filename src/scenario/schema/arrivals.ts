// When requests come. Rates are plain numbers per second; everything with a time in it has a unit.

import { documented, described, defaultNumber, defaultChoice } from '../table.js';
import * as z from 'zod';
import type { Arrivals } from '../types.js';
import { periodicTasks } from './order.js';
import { timeDistribution } from '../../input/distribution-schema.js';
import {
  about,
  later,
  section,
  rateOrZero,
  positiveDuration,
  rate,
  choice,
  real,
  fileName,
  whole,
  duration,
  compact,
  variants,
} from '../../input/fields.js';

export const PROCESSES = [
  'poisson',
  'deterministic',
  'mmpp',
  'onoff',
  'closed',
  'saturate',
  'periodic',
  'trace',
  'none',
] as const;
/** What each is, for editors and docs/scenario.md. */
export const PROCESS_MEANINGS: Readonly<Record<(typeof PROCESSES)[number], string>> = {
  poisson: 'Exponential gaps at one rate.',
  deterministic: 'Evenly spaced.',
  mmpp: 'Poisson at the rate of a state; the states follow one another in a circle, each for an exponential time.',
  onoff: 'Bursts: two rates in turn.',
  closed: 'Clients that wait for an answer, think, and ask again.',
  saturate: 'So many tasks at all times: each that ends is replaced at once. For best-effort jobs.',
  periodic: 'Tasks that each release a job of a given length in every period.',
  trace: 'Arrivals of a file, perhaps with their service times.',
  none: 'Nothing but what a program injects.',
};

const is = <const N extends (typeof PROCESSES)[number]>(name: N) => about(PROCESS_MEANINGS[name], z.literal(name));

export const TRACE_FORMATS = ['csv', 'azure-2019', 'azure-2021'] as const;
const DWELLS = ['exponential', 'constant'] as const;
const TIME_UNITS = ['s', 'ms', 'us', 'ns'] as const;
const VM = 'vms.*.workload.arrivals';

const statesExpected = (): string =>
  'a list of at least one state { rate, meanDwell }, one of them with a rate above 0';

const mmpp = later(
  () =>
    section({
      process: is('mmpp'),
      states: described(
        `${VM}.mmpp.states`,
        z
          .array(
            section({
              rate: described(`${VM}.mmpp.states.*.rate`, rateOrZero),
              meanDwell: described(`${VM}.mmpp.states.*.meanDwell`, positiveDuration),
            }).transform(({ rate: perSecond, meanDwell }) => ({
              rate: perSecond,
              meanDwellNs: meanDwell,
            })),
            { error: statesExpected },
          )
          .min(1, { error: statesExpected })
          .refine((states) => states.some((state) => state.rate > 0), { error: statesExpected }),
      ),
    }),
  ['process', 'mmpp'],
);

const onoff = later(
  () =>
    section({
      process: is('onoff'),
      onRate: described(`${VM}.onoff.onRate`, rate),
      offRate: documented(`${VM}.onoff.offRate`, rateOrZero),
      meanOn: described(`${VM}.onoff.meanOn`, positiveDuration),
      meanOff: described(`${VM}.onoff.meanOff`, positiveDuration),
      dwell: documented(`${VM}.onoff.dwell`, choice(DWELLS)),
    }).transform(({ meanOn, meanOff, offRate, dwell, ...rest }) => ({
      ...rest,
      offRate: offRate ?? defaultNumber(`${VM}.onoff.offRate`),
      meanOnNs: meanOn,
      meanOffNs: meanOff,
      dwell: dwell ?? defaultChoice(`${VM}.onoff.dwell`, DWELLS),
    })),
  ['process', 'onoff'],
);

const functionsExpected = (): string =>
  'how many functions to choose (a whole number from 1), or a list of their names';
const factor = real(0, 1e9, true);

// Of the options that not every format takes.
const OPTIONS_OF: Readonly<Record<(typeof TRACE_FORMATS)[number], readonly string[]>> = {
  csv: ['columns', 'arrivalUnit', 'serviceUnit', 'window'],
  'azure-2019': ['durations', 'startMinute', 'minutes', 'spread', 'functions'],
  'azure-2021': ['functions', 'window', 'deadlineFactor'],
};
const NOT_COMMON = [...new Set(Object.values(OPTIONS_OF).flat())];

const trace = later(
  () =>
    section({
      process: is('trace'),
      file: described(`${VM}.trace.file`, fileName),
      format: described(`${VM}.trace.format`, choice(TRACE_FORMATS)),
      timeScale: documented(`${VM}.trace.timeScale`, factor),
      serviceScale: documented(`${VM}.trace.serviceScale`, factor),
      durations: described(`${VM}.trace.durations`, z.optional(fileName)),
      functions: described(
        `${VM}.trace.functions`,
        z.optional(z.union([whole(1, 2 ** 31), z.array(z.string()).min(1)], { error: functionsExpected })),
      ),
      seed: described(`${VM}.trace.seed`, z.optional(whole(0, Number.MAX_SAFE_INTEGER))),
      start: described(
        `${VM}.trace.start`,
        z.optional(z.union([z.literal('first'), duration], { error: () => 'a duration with a unit, or first' })),
      ),
      limit: described(`${VM}.trace.limit`, z.optional(whole(1, Number.MAX_SAFE_INTEGER))),
      resample: described(`${VM}.trace.resample`, z.optional(positiveDuration)),
      startMinute: described(`${VM}.trace.startMinute`, z.optional(whole(1, 1_440))),
      minutes: described(`${VM}.trace.minutes`, z.optional(whole(1, 1_440))),
      spread: described(`${VM}.trace.spread`, z.optional(choice(['uniform', 'poisson', 'even']))),
      columns: described(
        `${VM}.trace.columns`,
        z.optional(
          section({
            arrival: described(`${VM}.trace.columns.arrival`, z.optional(z.string())),
            service: described(`${VM}.trace.columns.service`, z.optional(z.string())),
            width: described(`${VM}.trace.columns.width`, z.optional(z.string())),
            deadline: described(`${VM}.trace.columns.deadline`, z.optional(z.string())),
          }).transform(compact),
        ),
      ),
      arrivalUnit: described(`${VM}.trace.arrivalUnit`, z.optional(choice(TIME_UNITS))),
      serviceUnit: described(`${VM}.trace.serviceUnit`, z.optional(choice(TIME_UNITS))),
      window: described(`${VM}.trace.window`, z.optional(positiveDuration)),
      deadlineFactor: described(`${VM}.trace.deadlineFactor`, z.optional(factor)),
    })
      .superRefine((value, context) => {
        for (const option of NOT_COMMON) {
          if (OPTIONS_OF[value.format].includes(option) || value[option as keyof typeof value] === undefined) continue;
          const takers = TRACE_FORMATS.filter((format) => OPTIONS_OF[format].includes(option));
          context.addIssue({
            code: 'custom',
            path: [option],
            message: `no such option: it is one of format ${takers.join(' and ')}`,
          });
        }
        if (value.format === 'azure-2019' && value.durations === undefined) {
          context.addIssue({
            code: 'custom',
            path: ['durations'],
            message: 'the durations file that goes with the invocations (format azure-2019)',
          });
        }
      })
      .transform(({ start, window, resample, timeScale, serviceScale, ...rest }) =>
        compact({
          ...rest,
          timeScale: timeScale ?? defaultNumber(`${VM}.trace.timeScale`),
          serviceScale: serviceScale ?? defaultNumber(`${VM}.trace.serviceScale`),
          startNs: start,
          windowNs: window,
          resampleNs: resample,
        }),
      ),
  ['process', 'trace'],
);

export const arrivals = z.discriminatedUnion(
  'process',
  [
    later(
      () => section({ process: is('poisson'), rate: described(`${VM}.poisson.rate`, rate) }),
      ['process', 'poisson'],
    ),
    later(
      () => section({ process: is('deterministic'), rate: described(`${VM}.deterministic.rate`, rate) }),
      ['process', 'deterministic'],
    ),
    mmpp,
    onoff,
    later(
      () =>
        section({
          process: is('closed'),
          clients: described(`${VM}.closed.clients`, whole(1, 2 ** 31)),
          think: described(`${VM}.closed.think`, timeDistribution),
        }),
      ['process', 'closed'],
    ),
    later(
      () => section({ process: is('saturate'), tasks: described(`${VM}.saturate.tasks`, whole(1, 2 ** 31)) }),
      ['process', 'saturate'],
    ),
    later(() => section({ process: is('periodic'), tasks: periodicTasks }), ['process', 'periodic']),
    trace,
    later(() => section({ process: is('none') }), ['process', 'none']),
  ],
  variants('process', PROCESSES),
) satisfies z.ZodType<Arrivals>;
