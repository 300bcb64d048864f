// Settings of experiments on functions whose VMs come and go, drawn at random within their bounds, and what became of a run with them.

import { reproduce } from '../../src/experiments/api.js';
import type { ExperimentParameter } from '../../src/experiments/parameters.js';
import { renderExperiment } from '../../src/experiments/table.js';
import { InputError } from '../../src/input/errors.js';
import { toStableJson } from '../../src/result/json.js';

type Span = readonly [low: number, high: number];

/** What a run takes grows with these: always set, and small. Lists: from where to where; each value more is some hosts more. */
export const SIZES: Readonly<
  Record<string, { numbers: Readonly<Record<string, Span>>; lists: Readonly<Record<string, Span>> }>
> = {
  provisioning: {
    numbers: {
      functions: [2, 20],
      rate: [0.05, 0.5],
      duration: [20, 60],
      'density.duration': [1, 5],
      'density.rate': [0.5, 3],
      'density.memory': [0.01, 0.05],
      'density.function': [8, 40],
      'tail.duration': [1, 2],
      'tail.meanOn': [1, 100],
      'tail.service': [2, 20],
      'tail.cores': [4, 20],
      'tail.pinned': [1, 4],
      precision: [0.3, 0.5],
    },
    lists: {
      keepAlives: [0, 900],
      pools: [0, 3],
      budgets: [0.01, 2],
      concurrency: [1, 8],
      'density.slos': [0, 300],
      'tail.peaks': [0.2, 3],
      'tail.keepAlives': [0, 600],
      'tail.inits': [0, 600],
    },
  },
  nexus: {
    numbers: {
      rate: [0.01, 2],
      duration: [1, 20],
      functions: [1, 50],
      precision: [0.3, 0.5],
      'host.memory': [0.125, 4],
    },
    lists: { opCosts: [0, 9000], workerCounts: [1, 8] },
  },
  nanvix: {
    numbers: {
      rate: [0.05, 2],
      'search.duration': [1, 20],
      'search.memory': [0.125, 0.5],
      precision: [0.3, 0.5],
      functionsPerTenant: [1, 30],
    },
    lists: {
      ...{ sysKeeps: [0, 1200], tenantSizes: [1, 50], keepAlives: [0, 1200], 'trace.tenants': [0, 50] },
      ...{ 'search.tenantSizes': [1, 30], 'search.sysKeeps': [0, 1200], 'search.keepAlives': [0, 1200] },
    },
  },
};

type Draw = () => number;

/** Between two numbers, evenly over their magnitudes where they lie apart; one of the ends now and then. */
function between(next: Draw, [low, high]: Span): number {
  const which = next();
  if (which < 0.08) return low;
  if (which < 0.16) return high;
  return low > 0 && high / low > 10 ? low * (high / low) ** next() : low + (high - low) * next();
}

function listOf(next: Draw, { unit, choices, path }: ExperimentParameter, span: Span | undefined): string | null {
  const count = next() < 0.25 ? 2 : 1;
  if (unit !== 'list') return null;
  if (choices !== undefined) {
    const names = choices.filter((choice) => choice !== 'full' && next() < (path === 'policies' ? 0.25 : 0.6));
    return (path === 'tiers' ? [...names, 'full'] : names).join(',') || choices[0]!;
  }
  const whole = ['pools', 'concurrency', 'workerCounts', 'tenantSizes', 'search.tenantSizes', 'trace.tenants'].includes(
    path,
  );
  const value = (): number => (whole ? Math.round(between(next, span!)) : between(next, span!));
  return Array.from({ length: count }, value).join(',');
}

/** As somebody would write it who has read the parameter's line: within its bounds. */
function valueOf(next: Draw, parameter: ExperimentParameter): string {
  const { unit, default: byDefault, min, max, choices } = parameter;
  if (unit === 'yes or no') return next() < 0.5 ? 'true' : 'false';
  if (unit === 'choice') return choices![Math.floor(next() * choices!.length)]!;
  const usual = Number(byDefault);
  const low = Math.max(min ?? -Infinity, usual / 30);
  const high = Math.min(max ?? Infinity, usual === 0 ? 1 : usual * 30);
  const drawn = next() < 0.1 && min !== null ? min : between(next, [low, Math.max(low, high)]);
  return String(unit === 'count' ? Math.max(min ?? 0, Math.round(drawn)) : drawn);
}

export function drawSet(next: Draw, name: string, parameters: readonly ExperimentParameter[]): string[] {
  const { numbers, lists } = SIZES[name]!;
  return parameters.flatMap((parameter) => {
    const { path, unit } = parameter;
    if (unit === 'file' || path === 'trace.format') return [];
    const span = numbers[path];
    if (span !== undefined) {
      const value = between(next, span);
      return [`${path}=${unit === 'count' ? Math.round(value) : value}`];
    }
    const list = listOf(next, parameter, lists[path]);
    if (list !== null) return [`${path}=${list}`];
    return next() < 0.3 ? [`${path}=${valueOf(next, parameter)}`] : [];
  });
}

/** What became of one set: `answered`, `refused`, or why it is neither. */
export async function outcome(name: string, set: readonly string[]): Promise<string> {
  try {
    for await (const found of reproduce(name, { set })) {
      toStableJson(found); // refuses what is not finite
      const text = renderExperiment(found.title, found);
      const wrong = /.*(NaN|Infinity|undefined|null).*/.exec(text);
      if (wrong !== null) return `prints "${wrong[0].trim()}"`;
    }
    return 'answered';
  } catch (error) {
    return error instanceof InputError ? 'refused' : String(error);
  }
}
