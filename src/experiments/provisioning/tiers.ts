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
  /** Those of its tiers that have such starts. */
  readonly fast: readonly ServedTier[];
  readonly coldShare: number;
  readonly warmGibSecondsPer1000: number;
}

const FAST_NS = 1e6;
/** Who joins a start waits for somebody else's, and does not count. */
const OWN_START = ['active', 'dormant', 'restore', 'vm', 'full'] as const satisfies readonly ServedTier[];
const QUANTILES = [
  ['p999', 0.999],
  ['p99', 0.99],
  ['p90', 0.9],
  ['p50', 0.5],
] as const;

/**
 * Of a tier's starts so many took less than a millisecond, attestation and the wait at the gate included: all, or at least the share of the
 * greatest quantile that did.
 */
function fastIn(result: LifecycleResult, tier: ServedTier): number {
  const took = result.startNsByTier[tier];
  if (took.max === null) return 0;
  if (took.max < FAST_NS) return result.served[tier];
  const share = QUANTILES.find(([name]) => took[name]! < FAST_NS)?.[1] ?? 0;
  return Math.floor(share * took.count);
}

export async function tierSweep(settings: Settings, load: Load, module?: WebAssembly.Module): Promise<TierPoint[]> {
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
      const fast = OWN_START.map((tier) => [tier, fastIn(result, tier)] as const).filter(([, count]) => count > 0);
      points.push({
        keepAliveS,
        pool,
        shareBelow1ms: fast.reduce((sum, [, count]) => sum + count, 0) / answered(settings, result),
        fast: fast.map(([tier]) => tier),
        coldShare: result.coldStartRate ?? 0,
        warmGibSecondsPer1000: result.warmGibSecondsPer1000 ?? 0,
      });
    }
  }
  return points;
}
