// What the naive swap engine is about: pages, guests, who waits for what. Rules: docs/model/memory.md.

import type { Scenario } from '../../../src/index.js';
import type { Stream } from '../chance.js';
import type { TouchingTask } from '../seam.js';

export const BACKENDS = ['zero', 'lz4', 'zstd', 'ssd', 'remote', 'slow'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Zero, lz4, zstd and slow are served by workers, ssd and remote by operations of devices. */
export type ServerClass = 'worker' | 'device';
export const CLASSES = ['worker', 'device'] as const;
export const classOf = (backend: BackendName): ServerClass =>
  backend === 'ssd' || backend === 'remote' ? 'device' : 'worker';

export type HostSpec = NonNullable<Scenario['host']['memory']>;
export type GuestSpec = NonNullable<Scenario['vms'][number]['memory']>;

export interface Quota {
  readonly bytes: number;
  readonly high: number;
  readonly low: number;
  /** Background swap-out works for it. */
  draining: boolean;
}

export interface Guest {
  readonly index: number;
  readonly name: string;
  readonly spec: GuestSpec | null;
  readonly pages: Page[];
  readonly quota: Quota | null;
  /** From hot to cold; each in the order in which pages entered it. */
  readonly levels: Page[][];
  /** Which pages its requests of one task touch. */
  readonly stream: Stream;
}

export interface Page {
  readonly guest: Guest;
  readonly number: number;
  readonly backend: BackendName;
  /** What is kept of it where it is not there; drawn when it goes, where its backend's ratio varies. */
  keptBytes: number;
  readonly pinned: boolean;
  /**
   * `in`: mapped. `going`: unmapped or being so, its frame not yet free. `out`. `ahead`: out, and queued to be brought in ahead.
   * `needed`: out, and a fault has come for it; perhaps it has a frame already. `coming`: being brought in.
   */
  where: 'in' | 'going' | 'out' | 'ahead' | 'needed' | 'coming';
  /** The access bit. */
  used: boolean;
  /** Written to since it came in from a device, or never on one. */
  dirty: boolean;
  /** Brought in while no task waited, and not touched since. */
  untouched: boolean;
  /** Why it is to come in, or what waits for it to be out. */
  want: Want | null;
  leaving: Leaving | null;
}

/** What is to bring a page in. */
export interface Want {
  readonly page: Page;
  /** The touch that made the page needed, as long as its task leaves the guest; null: it has, or there is none. */
  leaving: TouchingTask | null;
  /** In the order in which they came to wait. */
  readonly waiting: Waiting[];
  /** It was queued as a prefetch. */
  readonly prefetch: boolean;
  /** It has taken its frame. */
  framed: boolean;
  /** Its frame was one of the last: a victim has to be written before it begins. */
  owes: boolean;
  /** The page that goes for it. */
  victim: Leaving | null;
  hadVictim: boolean;
}

/** A task that has faulted: leaving the guest, or waiting for its page. */
export interface Waiting {
  readonly task: TouchingTask;
  readonly page: Page;
  readonly touchedAt: number;
  readonly write: boolean;
}

/** A page on its way out. */
export interface Leaving {
  readonly page: Page;
  /** The fault that it goes for; null: background work. */
  readonly forFault: Want | null;
  readonly clean: boolean;
  rescued: boolean;
}

export interface Memory {
  readonly spec: HostSpec;
  readonly capacityBytes: number;
  /** Watermarks in bytes. */
  readonly high: number;
  readonly low: number;
  readonly min: number;
  readonly guests: Guest[];
  readonly pages: Page[];
  /** What servers take, and how far pages are compressed. */
  readonly stream: Stream;
}

export const hasFrame = ({ where, want }: Page): boolean =>
  where === 'in' || where === 'going' || where === 'coming' || (where === 'needed' && want!.framed);

/** It is not there, so a copy of it is kept. */
export const isOut = ({ where }: Page): boolean => where !== 'in' && where !== 'going';

/** What neither frames nor copies take. */
export function freeBytes(memory: Memory): number {
  let free = memory.capacityBytes;
  for (const page of memory.pages) {
    if (hasFrame(page)) free -= memory.spec.pageBytes;
    if (isOut(page)) free -= page.keptBytes;
  }
  return free;
}

export function quotaFreeBytes(memory: Memory, guest: Guest): number {
  return guest.quota!.bytes - memory.spec.pageBytes * guest.pages.filter(hasFrame).length;
}
