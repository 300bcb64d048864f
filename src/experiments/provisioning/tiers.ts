// Claim (a): provisioning below a millisecond in the top tiers. Share of such starts over keep-alive and pool, against the memory it takes.

import type { ServedTier } from '../../lifecycle/counters.js';
import type { LifecycleResult } from '../../lifecycle/result.js';
import type { Settings } from '../parameters.js';
import { answered, base, type Load, runFunctions } from './load.js';
import { keepFor } from './policies.js';

export interface TierPoint {
  readonly keepAliveS: number;
  readonly pool: number;
  readonly shareBelow1ms: number;
  readonly coldShare: number;
  readonly warmGibSecondsPer1000: number;
}

/** Tiers whose own time is below a millisecond; who joins a start waits for somebody else's. */
export function fastTiers(settings: Settings): ServedTier[] {
  const { activeNs, dormantNs, restoreNs, vmBootNs } = base(settings).tier;
  const times = { active: activeNs, dormant: dormantNs, restore: restoreNs, vm: vmBootNs } as const;
  return (Object.keys(times) as (keyof typeof times)[]).filter((tier) => times[tier] < 1e6);
}

const servedBy = (result: LifecycleResult, tiers: readonly ServedTier[]): number =>
  tiers.reduce((sum, tier) => sum + result.served[tier], 0);

export async function tierSweep(settings: Settings, load: Load, module?: WebAssembly.Module): Promise<TierPoint[]> {
  const fast = fastTiers(settings);
  const points: TierPoint[] = [];
  for (const keepAliveS of settings.list('keepAlives').map(Number)) {
    for (const pool of settings.list('pools').map(Number)) {
      const result = await runFunctions(
        settings.number('host.cores'),
        load.durationNs,
        {
          ...base(settings),
          keepAlive: keepFor(keepAliveS),
          snapshots: 'onExpiry',
          functions: load.functions.map((one) => ({ ...one, minInstances: pool })),
          invocations: load.invocations,
        },
        module,
      );
      points.push({
        keepAliveS,
        pool,
        shareBelow1ms: servedBy(result, fast) / answered(settings, result),
        coldShare: result.coldStartRate ?? 0,
        warmGibSecondsPer1000: result.warmGibSecondsPer1000 ?? 0,
      });
    }
  }
  return points;
}
