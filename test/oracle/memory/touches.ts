// Which pages a task touches, and after how much of its work.

import type { TouchingTask } from '../seam.js';
import { roundedDown } from './layout.js';
import type { Guest } from './things.js';

export interface Touch {
  readonly atWorkNs: number;
  readonly number: number;
  readonly write: boolean;
}

export function touchesOf(guest: Guest, task: TouchingTask, trace: readonly number[] | null): Touch[] {
  const { access, touches, writes } = guest.spec!;
  const pages = guest.pages.length;
  if (!Number.isInteger(touches)) throw new Error('the naive engine takes whole numbers of touches');
  if (writes !== 0 && writes !== 1)
    throw new Error('the naive engine takes writes 0 or 1: which touch writes is chance');
  const hot = Math.max(1, pages - roundedDown(pages * access.cold));
  const shift =
    access.phaseNs === 0 ? 0 : Math.floor(task.arrivedAt / access.phaseNs) * Math.round(access.shift * pages);
  const number = (position: number): number => {
    if (access.pattern === 'trace') return trace![position % trace!.length]!;
    if (access.pattern === 'scan' && access.coldTouches === 0) return ((position % hot) + shift) % pages;
    throw new Error(`the naive engine draws nothing: ${access.pattern}`);
  };
  return Array.from({ length: touches }, (_, k) => ({
    atWorkNs: Math.floor((k * task.spreadNs) / touches),
    number: number(task.tasksBefore * touches + k),
    write: writes === 1,
  }));
}
