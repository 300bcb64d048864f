// A claim that is not reached, in words: on which side of the published figure ours lies, and whether a range was tried at all.

import type { ClaimNumbers } from '../report/claim-numbers.js';
import type { ClaimVerdict } from './experiment.js';

/** From the published change on, in its direction: 44 % less is less than 50 % less. */
const toward = ({ unit, paper }: ClaimNumbers, value: number): number =>
  unit === 'change' && paper.value < 0 ? -value : value;

/**
 * Follows `not reached`: `: ours is more throughout`, `: ours is less at the parameters given`; nothing of other verdicts, and nothing of the side
 * where ours lies on both or no number can be set beside the published one.
 */
export function sideOf({
  verdict,
  numbers,
}: {
  readonly verdict: ClaimVerdict;
  readonly numbers?: ClaimNumbers;
}): string {
  if (verdict !== 'not reached' || numbers === undefined || numbers.ours.length === 0) return '';
  const { paper, ours } = numbers;
  const published = [paper.value, paper.to ?? paper.value].map((value) => toward(numbers, value));
  const found = ours
    .flatMap(({ value, reach }) => (reach === undefined ? [value] : [reach.low, reach.high, value]))
    .map((value) => toward(numbers, value));
  const where = ours.length === 1 && ours[0]!.reach === undefined ? 'at the parameters given' : 'throughout';
  if (Math.min(...found) > Math.max(...published)) return `: ours is more ${where}`;
  if (Math.max(...found) < Math.min(...published)) return `: ours is less ${where}`;
  return '';
}
