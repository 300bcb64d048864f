// Which pages a task touches, and after how much of its work: docs/model/memory.md, "Touches" and "Draws".

import { G, MASK, belowOf, mix, unitOf } from '../chance.js';
import type { TouchingTask } from '../seam.js';
import { roundedDown } from './layout.js';
import type { Guest } from './things.js';

export interface Touch {
  readonly atWorkNs: number;
  readonly number: number;
  readonly write: boolean;
}

const MOST = 4095;
const COUNT_BITS = 12n;
const LOW_BITS = 13n;
const WHERE = 0xffffffffn;
const STEPS = 1024;

export function touchesOf(guest: Guest, task: TouchingTask, trace: readonly number[] | null): Touch[] {
  const { access, touches, writes } = guest.spec!;
  const { pattern } = access;
  const count = Math.min(MOST, Math.floor(touches + unitOf(mix((task.draws + G) & MASK))));
  const inOrder = pattern === 'trace' || pattern === 'scan';
  if (inOrder && !Number.isInteger(touches))
    throw new Error('the naive engine takes whole numbers of touches in order');
  const pages = guest.pages.length;
  const hot = Math.max(1, pages - roundedDown(pages * access.cold));
  const shift =
    access.phaseNs === 0 ? 0 : Math.floor(task.arrivedAt / access.phaseNs) * Math.round(access.shift * pages);
  const more = count > Math.floor(touches) ? 1n : 0n;
  let word = (task.draws << LOW_BITS) & MASK;
  return Array.from({ length: count }, (_, k) => {
    const position = inOrder ? BigInt(task.tasksBefore * touches + k) : word >> LOW_BITS;
    const index = indexOf(guest, position, hot, trace);
    const low = (more << COUNT_BITS) | BigInt(count - k);
    word = (mix((((word >> LOW_BITS) << LOW_BITS) + low + G) & MASK) >> LOW_BITS) << LOW_BITS;
    return {
      atWorkNs: Math.floor((k * task.spreadNs) / count),
      number: pattern === 'trace' ? index : (index + shift) % pages,
      write: unitOf(mix(position ^ G)) < writes,
    };
  });
}

function indexOf(guest: Guest, position: bigint, hot: number, trace: readonly number[] | null): number {
  const { pattern, coldTouches, exponent } = guest.spec!.access;
  const pages = guest.pages.length;
  if (pattern === 'trace') return trace![Number(position) % trace!.length]!;
  if (pattern === 'scan') return Number(position) % hot;
  const drawn = mix(position);
  const low = drawn & WHERE;
  if (hot < pages && Number(drawn >> 32n) < coldTouches * 2 ** 32) return hot + belowOf(low, pages - hot);
  if (pattern === 'uniform') return belowOf(low, hot);
  // equal steps of the probability of x^-exponent between 1/2 and hot + 1/2, linear in between
  const at = Number(low) / 2 ** 22;
  const [from, to] = [rankAt(Math.floor(at), hot, exponent), rankAt(Math.floor(at) + 1, hot, exponent)];
  return Math.min(hot - 1, Math.floor(from + (to - from) * (at % 1)));
}

function rankAt(step: number, hot: number, exponent: number): number {
  const q = Math.abs(1 - exponent) < 1e-6 ? 1e-6 : 1 - exponent;
  const [low, high] = [0.5 ** q, (hot + 0.5) ** q];
  const x = (low + ((high - low) * step) / STEPS) ** (1 / q);
  return Math.max(0, Math.min(x - 0.5, hot));
}
