// A slow tier of memory: whose touches are read there, and what moved.

import { memoryOf } from '../../../swap/result.js';
import { formatShare } from '../../units.js';
import type { Figure } from '../figure.js';
import { counted, duration, grouped, listed } from '../words.js';
import type { Named } from './named.js';

/** One bar a VM of a run: touches of the host's own memory, and of the slow tier. */
export function tierFigure(runs: readonly Named[]): Figure | undefined {
  const shown = runs.flatMap(({ label, result }) => {
    const tier = memoryOf(result)?.tier;
    return tier === undefined ? [] : [{ label, tier }];
  });
  if (shown.length === 0) return undefined;
  const guests = shown.flatMap(({ label, tier }) =>
    Object.entries(tier.vms).map(([vm, guest]) => ({
      ...guest,
      label,
      vm,
      name: shown.length === 1 ? vm : `${label}, ${vm}`,
    })),
  );
  const says = shown.map(
    ({ label, tier }) =>
      `${formatShare(tier.slowShare)} of the touches are read there under ${label}, with ${counted(tier.promotions, 'promotion')} and ${counted(tier.demotions, 'demotion')}`,
  );
  return {
    id: 'slow-tier',
    question: 'Whose memory is read in the slow tier?',
    answer: `${listed(says.slice(0, 3))}.`,
    caption:
      'Touches in the measured time, by where the page lay: in the host’s own memory or below. A page of the slow tier is read in place, which takes longer.',
    drawing: {
      kind: 'stack',
      unit: 'touches',
      counted: true,
      rows: guests.map(({ name, fastTouches, slowTouches }) => ({
        name,
        parts: [
          { name: 'own memory', colour: 'var(--part-1)', texture: 'solid', seconds: fastTouches },
          { name: 'slow tier', colour: 'var(--part-2)', texture: 'solid', seconds: slowTouches },
        ],
      })),
    },
    table: {
      head: ['mechanism', 'VM', "in the host's own memory", 'in the slow tier', 'longer by'],
      rows: guests.map(({ label, vm, fastTouches, slowTouches, slowSeconds }) => [
        label,
        vm,
        grouped(fastTouches),
        grouped(slowTouches),
        duration(slowSeconds * 1e9),
      ]),
    },
  };
}
