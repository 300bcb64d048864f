// How a sweep on the page becomes finer: few points first, then more, then more seeds. Each stage holds the points and the seeds of
// those before it, and is a question that `fluxhost sweep` answers with the same rows.

import { shellWord } from '../input/shell-word.js';

export interface Stage {
  readonly points: number;
  readonly replications: number;
}

export const stagesOf: readonly Stage[] = [
  { points: 5, replications: 1 },
  { points: 9, replications: 1 },
  { points: 9, replications: 3 },
  { points: 9, replications: 5 },
  { points: 17, replications: 5 },
  { points: 17, replications: 10 },
];

export type SweptField = 'load' | 'host.cores';

/** As `--vary` takes it. A range of whole numbers has no more points than numbers. */
export function axisText(path: SweptField, low: number, high: number, points: number): string {
  if (path === 'load') return `load=${low}..${high}:${points}`;
  const most = high - low + 1;
  // of few numbers all, by name: then every stage has the same ones
  if (most <= points) return `${path}=${Array.from({ length: most }, (_, i) => low + i).join(',')}`;
  return `${path}=${low}..${high}:${points}`;
}

export function commandLine(
  file: string,
  set: readonly string[],
  vary: string,
  mechanisms: readonly string[],
  replications: number,
): string {
  const changes = set.map((one) => ` --set ${shellWord(one)}`).join('');
  const seeds = replications === 1 ? '' : ` --replications ${replications}`;
  return `fluxhost sweep ${shellWord(file)}${changes} --vary ${vary} --mechanisms ${mechanisms.join(',')}${seeds}`;
}
