// The distributions of service times, think times and stage widths. Each has a finite mean, or it is refused: an
// unbounded Pareto tail needs shape > 1, and no field takes an infinity. Mixtures do not nest.

import * as z from 'zod';
import { type Dist, meanOf } from './distributions.js';
import {
  about,
  later,
  named,
  section,
  real,
  compact,
  fileName,
  variants,
  positiveFractionalDuration,
  fractionalDuration,
  positiveSize,
} from './fields.js';

export const DISTRIBUTIONS = [
  'constant',
  'exponential',
  'uniform',
  'lognormal',
  'bimodal',
  'pareto',
  'weibull',
  'empirical',
  'mixture',
] as const;
/** What each is, for editors and docs/scenario.md. */
export const DISTRIBUTION_MEANINGS: Readonly<Record<(typeof DISTRIBUTIONS)[number], string>> = {
  constant: 'Always one value.',
  exponential: 'Memoryless.',
  uniform: 'Every value from min to max alike.',
  lognormal: 'The logarithm is normal: a long tail, by its coefficient of variation.',
  bimodal: 'One of two values.',
  pareto: 'A power-law tail, bounded where max is given.',
  weibull: 'Below shape 1 a tail longer than exponential.',
  empirical: 'Values of a file, each as often as any other.',
  mixture: 'One of several distributions, by weight.',
};

const is = <const N extends (typeof DISTRIBUTIONS)[number]>(name: N) =>
  about(DISTRIBUTION_MEANINGS[name], z.literal(name));

const SIMPLE = DISTRIBUTIONS.filter((name) => name !== 'mixture');

// Below 0.05 a Weibull's mean is 20! times its scale: all of it in draws that never come.
const WEIBULL_SHAPE = [0.05, 100] as const;

/** The kind of number a distribution is over, as it is written. */
interface Leaf<Written extends string | number> {
  readonly positive: z.ZodType<number, Written>;
  readonly orZero: z.ZodType<number, Written>;
  /** What the number 1 of an empirical file stands for, where the scenario does not say. */
  readonly unit: number;
}

/** `extra` is put into every mapping: the weight, inside a mixture. */
function simpleVariants<Written extends string | number, Extra extends z.core.$ZodLooseShape>(
  { positive, orZero, unit }: Leaf<Written>,
  extra: Extra,
) {
  const order = (low: string, high: string) => (value: Record<string, unknown>, context: z.RefinementCtx) => {
    const [from, to] = [value[low], value[high]];
    if (typeof from === 'number' && typeof to === 'number' && from > to)
      context.addIssue({ code: 'custom', path: [low], message: `no more than ${high}` });
  };
  return [
    later(
      () => section({ ...extra, dist: is('constant'), value: about('The one value.', orZero) }),
      ['dist', 'constant'],
    ),
    later(
      () => section({ ...extra, dist: is('exponential'), mean: about('Its mean.', positive) }),
      ['dist', 'exponential'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('uniform'),
          min: about('The least value.', orZero),
          max: about('The greatest value.', positive),
        }).superRefine(order('min', 'max')),
      ['dist', 'uniform'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('lognormal'),
          mean: about('Its mean.', positive),
          cv: about('Standard deviation over mean.', real(0, 1_000)),
        }),
      ['dist', 'lognormal'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('bimodal'),
          short: about('The lesser value.', orZero),
          long: about('The greater value.', positive),
          longShare: about('Share of the draws that are long.', real(0, 1)),
        }).superRefine(order('short', 'long')),
      ['dist', 'bimodal'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('pareto'),
          shape: about('Exponent of the tail; above 1 where max is left out.', real(0, 100, true)),
          min: about('The least value.', positive),
          max: about('The greatest value; absent: the tail is not bounded.', z.optional(positive)),
        })
          .superRefine(order('min', 'max'))
          .superRefine((value: Record<string, unknown>, context) => {
            if (value['max'] === undefined && (value['shape'] as number) <= 1)
              context.addIssue({
                code: 'custom',
                path: ['shape'],
                message: 'a number above 1 where max is left out: the mean would be infinite',
              });
          })
          .transform(compact),
      ['dist', 'pareto'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('weibull'),
          shape: about('1: exponential; below: a longer tail.', real(...WEIBULL_SHAPE)),
          mean: about('Its mean.', positive),
        }),
      ['dist', 'weibull'],
    ),
    later(
      () =>
        section({
          ...extra,
          dist: is('empirical'),
          file: about('File of one value a line, each drawn as often as any other.', fileName),
          scale: about('What the number 1 of the file stands for. Default: 1 (ns, or a count).', z.optional(positive)),
        }).transform((value) => ({ ...value, scale: (value as { scale?: number }).scale ?? unit })),
      ['dist', 'empirical'],
    ),
  ] as const;
}

function distribution<Written extends string | number>(leaf: Leaf<Written>) {
  const mixture = later(() => {
    const part = z.discriminatedUnion(
      'dist',
      [
        ...simpleVariants(leaf, {
          weight: about('How often it is drawn, over the sum of all weights.', real(0, Number.MAX_VALUE, true)),
        }),
      ],
      variants('dist', SIMPLE),
    );
    const parts = z
      .array(part, { error: () => 'a list of at least one distribution, each with a weight' })
      .min(1, { error: () => 'a list of at least one distribution, each with a weight' });
    return section({
      dist: is('mixture'),
      components: about('Distributions of which one is drawn from, by weight.', z.optional(parts)),
      of: about('Another word for components.', z.optional(parts)),
    }).transform(({ components, of }, context) => {
      if ((components === undefined) === (of === undefined)) {
        context.issues.push({
          code: 'custom',
          message:
            'components: a list of distributions, each with a weight (of is another word for components; give one of the two)',
          input: components ?? of,
        });
        return z.NEVER;
      }
      return { dist: 'mixture' as const, of: components ?? of! };
    });
  }, ['dist', 'mixture']);
  return z.discriminatedUnion('dist', [...simpleVariants(leaf, {}), mixture], variants('dist', DISTRIBUTIONS));
}

const timeLeaf = { positive: positiveFractionalDuration, orZero: fractionalDuration, unit: 1 };
const countLeaf = { positive: real(0, 2 ** 31, true), orZero: real(0, 2 ** 31), unit: 1 };

/** Over times: fields are durations with a unit, resolved to nanoseconds. */
export const timeDistribution = named(
  'TimeDistribution',
  'A distribution of times; each is a duration with a unit.',
  later(() => distribution(timeLeaf)),
) satisfies z.ZodType<Dist>;

/** Over counts: fields are plain numbers. */
export const countDistribution = named(
  'CountDistribution',
  'A distribution of counts; drawn values are rounded up to at least 1.',
  later(() => distribution(countLeaf)),
) satisfies z.ZodType<Dist>;

/** Over sizes: fields are sizes with a unit, resolved to bytes. */
export const sizeDistribution = named(
  'SizeDistribution',
  'A distribution of sizes; each has a unit.',
  later(() => distribution({ positive: positiveSize, orZero: positiveSize, unit: 1 })),
) satisfies z.ZodType<Dist>;

// A service time that rounds to 0 ns would let a closed loop turn forever within one instant.
const LEAST_SERVICE_NS = 1;

export const serviceDistribution = timeDistribution.superRefine((dist: Dist, context) => {
  const mean = meanOf(dist);
  if (mean !== undefined && mean < LEAST_SERVICE_NS)
    context.addIssue({ code: 'custom', path: [], message: 'a mean of at least 1ns' });
});
