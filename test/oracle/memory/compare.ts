// A result's `memory` beside the naive engine's figures: what differs, as text.

import type { MemoryResult } from '../../../src/index.js';
import type { MemoryFigures } from './figures.js';

const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);

function ofList(path: string, list: readonly number[], into: Map<string, number | null>): void {
  into.set(`${path}.count`, list.length);
  into.set(`${path}.min`, list[0] ?? null);
  into.set(`${path}.max`, list.at(-1) ?? null);
  into.set(`${path}.mean`, list.length === 0 ? null : sum(list) / list.length);
  const mean = sum(list) / list.length;
  const squares = sum(list.map((value) => (value - mean) ** 2));
  into.set(`${path}.stddev`, list.length === 0 ? null : Math.sqrt(squares / list.length));
}

/** Every number of a result that the naive engine has, by its path. */
export function figuresAsPrinted(figures: MemoryFigures): Map<string, number | string | null> {
  const { swapInNs, stallNs, pauseWaitNs, elasticityNs, backends, upgrades, vms, outPages, pages, ...plain } = figures;
  const into = new Map<string, number | string | null>(Object.entries(plain));
  const numbers = into as Map<string, number | null>;
  ofList('swapInNs', swapInNs, numbers);
  ofList('stallNs', stallNs, numbers);
  ofList('pauseWaitNs', pauseWaitNs, numbers);
  const within = (list: readonly number[]): number | null =>
    list.length === 0 ? null : list.filter((ns) => ns <= 10_000).length / list.length;
  into.set('withinTenUs', within(swapInNs));
  into.set('outShare', outPages / pages);
  for (const [kind, ns] of Object.entries(elasticityNs)) into.set(`elasticityCoreSeconds.${kind}`, ns / 1e9);
  into.set('elasticityCoreSeconds.total', sum(Object.values(elasticityNs)) / 1e9);
  for (const [name, { swapInNs: each, ...backend }] of Object.entries(backends)) {
    for (const [key, value] of Object.entries(backend)) into.set(`backends.${name}.${key}`, value);
    ofList(`backends.${name}.swapInNs`, each, numbers);
    into.set(`backends.${name}.withinTenUs`, within(each));
  }
  upgrades.forEach((upgrade, i) => {
    for (const [key, value] of Object.entries(upgrade)) into.set(`upgrades.${i}.${key}`, value as number | string);
  });
  for (const [name, { stallNs: stall, pauseNs, pausedStallNs, ...guest }] of Object.entries(vms)) {
    for (const [key, value] of Object.entries(guest)) into.set(`vms.${name}.${key}`, value);
    into.set(`vms.${name}.stallSeconds`, stall / 1e9);
    into.set(`vms.${name}.pauseSeconds`, pauseNs / 1e9);
    into.set(`vms.${name}.pausedStallSeconds`, pausedStallNs / 1e9);
  }
  return into;
}

function at(result: MemoryResult, path: string): unknown {
  let found: unknown = result;
  for (const part of path.split('.')) found = (found as Record<string, unknown> | undefined)?.[part];
  return found;
}

function equal(path: string, a: unknown, b: number | string | null): boolean {
  if (a === b) return true;
  if (typeof a !== 'number' || typeof b !== 'number') return false;
  if (path.endsWith('.stddev')) return Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a), Math.abs(b));
  return !Number.isInteger(b) && Math.abs(a - b) <= 1e-12 * Math.abs(b);
}

/** Lines `memory.figure: program, naive`. */
export function memoryDifferences(result: MemoryResult, figures: MemoryFigures): string[] {
  const lines: string[] = [];
  for (const [path, value] of figuresAsPrinted(figures)) {
    const got = at(result, path);
    if (!equal(path, got, value)) lines.push(`memory.${path}: program ${String(got)}, naive ${String(value)}`);
  }
  return lines;
}
