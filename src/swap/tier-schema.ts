// `host.memory.tier`: a slow tier whose pages are read where they lie.

import * as z from 'zod';
import {
  about,
  choice,
  duration,
  later,
  positiveDuration,
  positivePerSecond,
  positiveSize,
  real,
  section,
  whole,
} from '../input/fields.js';
import { defaultChoice, defaultNumber, described, documented } from './table.js';
import { ADMISSIONS, DETECTORS } from './tier-parameters.js';
import type { SlowTier } from './types.js';

const T = 'host.memory.tier';
const MOST = 2 ** 32 - 1;
const COUNTERS_MAX = 65_536;

const counters = whole(1, COUNTERS_MAX).refine((count) => Number.isInteger(Math.log2(count)), {
  error: () => `a power of two from 1 to ${COUNTERS_MAX}`,
});

const MOST_CHOICES = 16;
const choicesExpected = (): string => `a list of 2 to ${MOST_CHOICES} counts`;

const tuner = later(() =>
  section({
    round: described(`${T}.tuner.round`, positiveDuration),
    choices: described(
      `${T}.tuner.choices`,
      z
        .array(whole(1, MOST), { error: choicesExpected })
        .min(2, { error: choicesExpected })
        .max(MOST_CHOICES, { error: choicesExpected }),
    ),
    explore: documented(`${T}.tuner.explore`, whole(1, 1e6)),
    keep: documented(`${T}.tuner.keep`, whole(0, 1e9)),
  }).transform(({ round, choices, explore, keep }) => ({
    roundNs: round,
    choices,
    explore: explore ?? defaultNumber(`${T}.tuner.explore`),
    keep: keep ?? defaultNumber(`${T}.tuner.keep`),
  })),
);

export const slowTier = later(() =>
  section({
    fast: documented(`${T}.fast`, duration),
    slow: documented(`${T}.slow`, duration),
    detector: documented(`${T}.detector`, choice(DETECTORS)),
    accesses: documented(`${T}.accesses`, whole(1, MOST)),
    tuner: about('Chooses `accesses` in rounds.', z.optional(tuner)),
    hintFault: documented(`${T}.hintFault`, duration),
    scan: about(
      'Marks pages of the slow tier, so that their next access faults.',
      z.optional(
        section({
          delay: documented(`${T}.scan.delay`, duration),
          period: documented(`${T}.scan.period`, positiveDuration),
          size: documented(`${T}.scan.size`, positiveSize),
        }),
      ),
    ),
    hot: documented(`${T}.hot`, positiveDuration),
    limit: documented(`${T}.limit`, positivePerSecond),
    adjust: documented(`${T}.adjust`, positiveDuration),
    admit: documented(`${T}.admit`, choice(ADMISSIONS)),
    factor: documented(`${T}.factor`, real(0, 1e6)),
    price: documented(`${T}.price`, whole(0, 1e6)),
    sketch: about(
      'Counters of slow accesses to pages.',
      z.optional(
        section({
          counters: documented(`${T}.sketch.counters`, counters),
          halve: documented(`${T}.sketch.halve`, positiveDuration),
        }),
      ),
    ),
  }),
);

/** Every default filled. */
export function resolveTier(given: z.output<typeof slowTier> = {}): SlowTier {
  const number = (value: number | undefined, path: string): number => value ?? defaultNumber(`${T}.${path}`);
  return {
    ...(given.tuner === undefined ? {} : { tuner: given.tuner }),
    fastNs: number(given.fast, 'fast'),
    slowNs: number(given.slow, 'slow'),
    detector: given.detector ?? defaultChoice(`${T}.detector`, DETECTORS),
    accesses: number(given.accesses, 'accesses'),
    hintFaultNs: number(given.hintFault, 'hintFault'),
    scan: {
      delayNs: number(given.scan?.delay, 'scan.delay'),
      periodNs: number(given.scan?.period, 'scan.period'),
      sizeBytes: number(given.scan?.size, 'scan.size'),
    },
    hotNs: number(given.hot, 'hot'),
    limitBytesPerSecond: number(given.limit, 'limit'),
    adjustNs: number(given.adjust, 'adjust'),
    admit: given.admit ?? defaultChoice(`${T}.admit`, ADMISSIONS),
    factor: number(given.factor, 'factor'),
    price: number(given.price, 'price'),
    sketch: {
      counters: number(given.sketch?.counters, 'sketch.counters'),
      halveNs: number(given.sketch?.halve, 'sketch.halve'),
    },
  };
}
