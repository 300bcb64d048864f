// What a result says under `lifecycle` where functions come and go (docs/model/lifecycle.md).

import * as z from 'zod';
import {
  count,
  countersOf,
  distributions,
  figure,
  list,
  number,
  once,
  record,
  text,
  told,
} from '../metrics/figures.js';
import {
  FUNCTION_COUNTERS,
  FUNCTION_GONE,
  FUNCTION_SECONDS,
  FUNCTION_SERVED,
  GONE_COUNTERS,
  LIFECYCLE_COUNTERS,
  SERVED_COUNTERS,
  SERVED_TIERS,
} from './counters.js';

const COLD = 'Share of the served requests for which an instance was restored or booted, 0 to 1; null without any.';

const makeSchemas = () => {
  const { distribution } = distributions();
  const byTier = (meaning: string) =>
    z
      .strictObject({
        active: told('Of `active`.', distribution),
        joined: told('Of `joined`.', distribution),
        dormant: told('Of `dormant`.', distribution),
        restore: told('Of `restore`.', distribution),
        vm: told('Of `vm`.', distribution),
        full: told('Of `full`.', distribution),
      })
      .meta({ description: meaning });

  const functionResult = record('FunctionResult', 'What became of a function.', {
    name: text('As in the scenario or its files.'),
    ...countersOf(FUNCTION_COUNTERS),
    served: z.strictObject(countersOf(FUNCTION_SERVED)).meta({ description: 'By tier.' }),
    gone: z.strictObject(countersOf(FUNCTION_GONE)).meta({ description: 'Its instances that went, by cause.' }),
    coldStartRate: figure(COLD),
    meanStartNs: figure('Mean from arrival to when a request enters its VM, in ns; null where none was served.'),
    meanLatencyNs: figure('Mean from arrival to end, in ns; null where none ended.'),
    warmByteSeconds: number('Memory × time of its dormant instances.'),
  });

  const memorySample = record('LifecycleSample', 'What instances held at an instant.', {
    atNs: count('Simulated time, in ns.'),
    warmBytes: count('By dormant instances.'),
    busyBytes: count('By active ones.'),
    startingBytes: count('By those that started.'),
    instances: count('Instances.'),
  });

  const lifecycleResult = record('LifecycleResult', 'What became of functions and their instances.', {
    ...countersOf(LIFECYCLE_COUNTERS),
    served: z
      .strictObject(countersOf(SERVED_COUNTERS))
      .meta({ description: 'Requests that were given an instance, by the tier that it was found in.' }),
    gone: z.strictObject(countersOf(GONE_COUNTERS)).meta({
      description: 'Instances that went, by cause: evictions are the first three together, expirations the others.',
    }),
    coldStartRate: figure(COLD),
    startNs: told('From a request’s arrival to when it enters its VM, in ns.', distribution),
    latencyNs: told('From arrival to end, in ns.', distribution),
    startNsByTier: byTier('The same as `startNs`.'),
    latencyNsByTier: byTier('The same as `latencyNs`.'),
    budgetBytes: figure('Memory that all instances may hold; null: any.'),
    warmByteSeconds: number('Memory × time of dormant instances.'),
    busyByteSeconds: number('Of active ones.'),
    startingByteSeconds: number('Of those that started.'),
    warmGibSecondsPer1000: figure('GiB·s of dormant instances for 1,000 served requests; null without any.'),
    cpuSeconds: z
      .strictObject(countersOf(FUNCTION_SECONDS))
      .meta({ description: 'Core time of all instances, in seconds.' }),
    overTime: list('Memory over the whole run, the warm-up too.', memorySample),
    neverFit: list('Functions that the budget can never hold: their requests are dropped.', z.string()),
    functions: list('In their order.', functionResult),
  });
  return { functionResult, memorySample, lifecycleResult };
};
/** @internal */
export const lifecycleSchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type FunctionResult = z.output<Schemas['functionResult']>;
export type LifecycleResult = z.output<Schemas['lifecycleResult']>;

export const servedInAll = ({ served }: Pick<LifecycleResult, 'served'>): number =>
  SERVED_TIERS.reduce((sum, tier) => sum + served[tier], 0);

/** Those for which something had to start. */
export const coldStarts = ({ served }: Pick<LifecycleResult, 'served'>): number =>
  served.restore + served.vm + served.full;

/** Evictions, then expirations. */
const GONE = [
  ['evictions', ['forStart', 'forRequest', 'needless']],
  ['expirations', ['keepAlive', 'unloaded']],
] as const;
export const CAUSES = [...GONE[0][1], ...GONE[1][1]] as const;
type Cause = (typeof CAUSES)[number];

/** What a table or a picture calls them. */
export const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  forStart: 'memory for a start',
  forRequest: 'memory for a request',
  needless: 'in vain or beyond need',
  keepAlive: 'keep-alive over',
  unloaded: 'unloaded at once',
};

/** One line for each law that it breaks; the core has checked that memory-time adds up and that the budget held. */
export function brokenLifecycleLaws(result: LifecycleResult | undefined): string[] {
  if (result === undefined) return [];
  const broken: string[] = [];
  const account = (
    name: string,
    of: Pick<
      FunctionResult,
      'served' | 'gone' | (typeof GONE)[number][0] | 'arrived' | 'dropped' | 'timedOut' | 'inFlight'
    >,
  ): void => {
    const accounted = servedInAll(of) + of.dropped + of.timedOut + of.inFlight;
    if (of.arrived !== accounted)
      broken.push(`${name}: arrived ${of.arrived}, but served + dropped + timedOut + inFlight is ${accounted}`);
    for (const [which, causes] of GONE) {
      const sum = causes.reduce((all, cause) => all + of.gone[cause], 0);
      if (of[which] !== sum) broken.push(`${name}: ${which} is ${of[which]}, but by cause ${sum}`);
    }
  };
  account('lifecycle', result);
  for (const one of result.functions) account(`function ${one.name}`, one);
  for (const which of [
    'arrived',
    'dropped',
    'timedOut',
    'inFlight',
    'completed',
    'evictions',
    'expirations',
  ] as const) {
    const sum = result.functions.reduce((all, one) => all + one[which], 0);
    if (sum !== result[which]) broken.push(`lifecycle: ${which} is ${result[which]}, but over functions ${sum}`);
  }
  if (result.budgetBytes !== null && result.usedMaxBytes > result.budgetBytes)
    broken.push(
      `lifecycle: ${result.usedMaxBytes} bytes were held at once, more than the budget of ${result.budgetBytes}`,
    );
  return broken;
}
