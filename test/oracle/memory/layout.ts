// The naive engine's pages, one object each, and where each is at time 0.

import type { Scenario } from '../../../src/index.js';
import { drawnFrom, engineStream, touchStream } from '../chance.js';
import { backendOf } from './content.js';
import { freeBytes, quotaFreeBytes, type BackendName, type Guest, type Memory, type Page } from './things.js';

/** A product that is within a thousandth of a whole number is that number. */
function near(product: number): number {
  const whole = Math.round(product);
  return Math.abs(product - whole) < 1e-3 ? whole : product;
}
export const roundedDown = (product: number): number => Math.floor(near(product));
const roundedUp = (product: number): number => Math.ceil(near(product));

/** What is kept of a page of that backend that goes now. */
export function keptBytes({ spec, stream }: Memory, backend: BackendName): number {
  const { ratio } = spec.backends[backend];
  if (ratio === null) return spec.metadataBytes;
  const drawn = typeof ratio === 'number' ? ratio : drawnFrom(ratio, stream);
  return spec.metadataBytes + Math.floor(spec.pageBytes / Math.max(drawn, 1));
}

export function layOut(scenario: Scenario): Memory {
  const { memory: spec, memoryBytes } = scenario.host;
  if (spec === undefined || memoryBytes === undefined) throw new Error('no host.memory');
  const unit = spec.pageBytes;
  const { high, low, min } = spec.watermarks;
  const capacityBytes = Math.floor(memoryBytes / spec.pageSample / unit) * unit;
  const memory: Memory = {
    spec,
    capacityBytes,
    high: roundedUp(capacityBytes * high),
    low: roundedUp(capacityBytes * low),
    min: roundedUp(capacityBytes * min),
    guests: [],
    pages: [],
    stream: engineStream(scenario.seed),
  };
  for (const group of scenario.vms)
    for (let i = 0; i < group.count; i++) {
      const quotaBytes = group.memory?.quotaBytes;
      const bytes = quotaBytes === undefined ? null : Math.floor(quotaBytes / spec.pageSample / unit) * unit;
      const guest: Guest = {
        index: memory.guests.length,
        name: group.count === 1 ? group.name : `${group.name}-${i}`,
        spec: group.memory ?? null,
        pages: [],
        quota:
          bytes === null
            ? null
            : { bytes, high: roundedUp(bytes * high), low: roundedUp(bytes * low), draining: false },
        levels: Array.from({ length: spec.levels }, () => []),
        stream: touchStream(scenario.seed, group.count === 1 ? group.name : `${group.name}-${i}`),
      };
      memory.guests.push(guest);
      if (group.memory !== undefined) fill(memory, guest, scenario.seed);
    }
  startOut(memory);
  for (const guest of memory.guests)
    for (const page of guest.pages.toReversed())
      if (page.where === 'in' && !page.pinned) guest.levels[spec.levels - 1]!.push(page);
  return memory;
}

function fill(memory: Memory, guest: Guest, seed: number): void {
  const { spec } = memory;
  const { sizeBytes, pinned, content } = guest.spec!;
  const count = Math.floor(sizeBytes / spec.pageBytes / spec.pageSample);
  for (let number = 0; number < count; number++) {
    const backend = backendOf(content ?? spec.content, seed, guest.name, number);
    const page: Page = {
      guest,
      number,
      backend,
      keptBytes: 0,
      pinned: roundedDown((number + 1) * pinned) > roundedDown(number * pinned),
      where: 'in',
      used: false,
      dirty: true,
      untouched: false,
      want: null,
      leaving: null,
    };
    guest.pages.push(page);
    memory.pages.push(page);
  }
}

/** Two passes of 1024 rounds; each VM is asked for a slice of its pages from the end. */
function startOut(memory: Memory): void {
  const { spec, guests } = memory;
  const unit = spec.pageBytes;
  const enough = Math.max(memory.high, spec.workers * unit);
  const passes = [
    (guest: Guest): boolean => guest.quota !== null && quotaFreeBytes(memory, guest) < Math.max(guest.quota.high, unit),
    (): boolean => freeBytes(memory) < enough,
  ];
  for (const more of passes)
    for (let round = 0; round < 1024; round++)
      for (const guest of guests) {
        const n = guest.pages.length;
        for (let j = Math.floor((n * round) / 1024); j < Math.floor((n * (round + 1)) / 1024); j++) {
          const page = guest.pages[n - 1 - j]!;
          if (page.pinned || page.where !== 'in' || !more(guest)) continue;
          page.where = 'out';
          page.keptBytes = keptBytes(memory, page.backend);
        }
      }
}
