// The front of cold starts against warm memory: every policy at every budget. A point is on it where none is better in both.

import { coldStarts } from '../../lifecycle/result.js';
import type { Settings } from '../parameters.js';
import { answered, base, type Load, runFunctions } from './load.js';
import { POLICIES } from './policies.js';

export interface FrontPoint {
  readonly policy: string;
  /** Of the memory that keeping everything takes; null: no budget. */
  readonly budgetShare: number | null;
  readonly budgetMiB: number | null;
  readonly cold: number;
  readonly dropped: number;
  readonly evictions: number;
  /** Cold starts and drops, of all calls. */
  readonly missShare: number;
  readonly meanStartMs: number;
  readonly warmGibSecondsPer1000: number;
  /** None of the same or a smaller budget has fewer of both. */
  readonly onFront: boolean;
}

export async function frontOf(settings: Settings, load: Load, module?: WebAssembly.Module): Promise<FrontPoint[]> {
  const run = (policy: string, memoryBytes: number | null) =>
    runFunctions(
      settings.number('host.cores'),
      load.durationNs,
      { ...base(settings), ...load, keepAlive: POLICIES[policy]!, memoryBytes },
      module,
    );
  const { functions, invocations } = load;
  const everything = await runFunctions(
    settings.number('host.cores'),
    load.durationNs,
    { ...base(settings), functions, invocations, keepAlive: POLICIES['lru']! },
    module,
  );
  const largest = functions.reduce((most, one) => Math.max(most, one.memoryBytes + one.memoryPerRequestBytes), 0);
  const points: Omit<FrontPoint, 'onFront'>[] = [];
  for (const policy of settings.list('policies')) {
    for (const share of [...settings.list('budgets').map(Number), null]) {
      // a budget below the largest function would drop all of its calls
      const budget = share === null ? null : Math.max(largest, Math.round(everything.usedMaxBytes * share));
      const result = await run(policy, budget);
      const all = answered(settings, result);
      points.push({
        policy,
        budgetShare: share,
        budgetMiB: budget === null ? null : budget / 2 ** 20,
        cold: coldStarts(result),
        dropped: result.dropped,
        evictions: result.evictions,
        missShare: (coldStarts(result) + result.dropped) / all,
        meanStartMs: (result.startNs.mean ?? 0) / 1e6,
        warmGibSecondsPer1000: result.warmGibSecondsPer1000 ?? 0,
      });
    }
  }
  const better = (a: (typeof points)[number], b: (typeof points)[number]): boolean =>
    a.missShare <= b.missShare &&
    a.warmGibSecondsPer1000 <= b.warmGibSecondsPer1000 &&
    (a.missShare < b.missShare || a.warmGibSecondsPer1000 < b.warmGibSecondsPer1000);
  return points.map((point) => ({ ...point, onFront: !points.some((other) => better(other, point)) }));
}
