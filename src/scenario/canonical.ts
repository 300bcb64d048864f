// One text for one resolved scenario, and its hash. Keys are sorted and fields without a value left out, so the order in
// which a file was written, its comments and the way a duration was spelt (1000us or 1ms) do not matter. File names
// stand as they were written; what is in those files is not part of the hash.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Scenario } from './types.js';

export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

type Content = { readonly slow?: number | undefined } | undefined;
/** Whether pages of that content lie in the slow tier. */
const isSlow = (content: Content): boolean => (content?.slow ?? 0) > 0;

function without<T extends object>(from: T): Omit<T, 'slow'> {
  const { slow: _, ...rest } = from as T & { slow?: unknown };
  return rest;
}

/** The slow tier came later than the other backends: where nothing lies in it, a scenario has the hash that it had. */
function withoutSlow(scenario: Scenario): unknown {
  const { memory } = scenario.host;
  if (memory === undefined || isSlow(memory.content) || scenario.vms.some((vm) => isSlow(vm.memory?.content)))
    return scenario;
  const vms = scenario.vms.map((vm) =>
    vm.memory?.content === undefined ? vm : { ...vm, memory: { ...vm.memory, content: without(vm.memory.content) } },
  );
  const { content, backends, tier: _, ...rest } = memory;
  const kept = { ...rest, content: without(content), backends: without(backends) };
  return { ...scenario, host: { ...scenario.host, memory: kept }, vms };
}

export function scenarioSha256(scenario: Scenario): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(withoutSlow(scenario)))));
}
