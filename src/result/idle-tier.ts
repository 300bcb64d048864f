// What speaks against a result of a host with a slow tier of memory: settings that did nothing. Part of trust.ts.

import { resolveTier } from '../swap/tier-schema.js';
import { memoryOf } from '../swap/result.js';
import { canonicalJson } from '../scenario/canonical.js';
import type { Scenario } from '../scenario/types.js';
import type { Result, Warning } from './result.js';
import { time } from './time.js';

/** Of pages that were admitted: where fewer find a frame, as good as none comes up (assumed). */
const LEAST_SHARE = 0.01;

/** Settings of a slow tier under which nothing lies, is found or comes up. */
export function idleTier(result: Result, { host, durationNs, warmupNs }: Scenario): Warning[] {
  const settings = host.memory?.tier;
  if (settings === undefined) return [];
  const code = 'idle-tier';
  const tier = memoryOf(result)?.tier;
  if (tier === undefined) {
    if (canonicalJson(settings) === canonicalJson(resolveTier())) return [];
    return [{ code, field: 'host.memory.tier', detail: 'no content is `slow`: nothing lies in the tier that is set' }];
  }
  const { detector, scan } = settings;
  const endNs = warmupNs + durationNs;
  if ((detector === 'autonuma' || detector === 'tpp') && scan.delayNs >= endNs) {
    const detail = `${detector} marks pages from ${time(scan.delayNs)} on, and the run ends at ${time(endNs)}: no page can come up`;
    return [{ code, field: 'host.memory.tier.scan.delay', detail }];
  }
  const { noRoom, promotions } = tier;
  if (promotions >= LEAST_SHARE * noRoom) return [];
  const detail = `${promotions} of ${promotions + noRoom} times that a page was admitted a frame was free above \`min\`: are pages too large, or is \`high\` too low?`;
  return [{ code, field: 'memory.tier.promotions', detail }];
}
