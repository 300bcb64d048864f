// What Nexus's claims have in common: figures in words, a published change beside ours, and the verdict of a range.

import type { ClaimNumbers } from '../../report/claim-numbers.js';
import type { OwnVerdict } from '../experiment.js';

export const SOURCE = 'arXiv 2604.06682 v2, abstract';
export const COMMAND = 'fluxhost reproduce nexus';

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
export const ms = (value: number): string => `${value.toFixed(1)} ms`;

export const within = ([low, high]: readonly [number, number], value: number): OwnVerdict =>
  value >= low && value <= high ? 'reachable' : 'not reached';

/** A published change by a share beside ours, with its range over what is assumed. */
export const changes = (paper: number, value: number, range?: readonly [number, number]): ClaimNumbers => ({
  unit: 'change',
  paper: { bound: '=', value: paper },
  ours: [
    {
      where: '',
      value,
      ...(range === undefined ? {} : { reach: { kind: 'range', low: Math.min(...range), high: Math.max(...range) } }),
    },
  ],
});
