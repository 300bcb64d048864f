// What the page knows of the one or two futures that it shows: what was seen of each, what they are called, whether they have differed.

import { History, type Track } from './history.js';
import type { About, Advanced, Answer, Changes, Columns } from './protocol.js';
import type { Seen } from './stories/story.js';
import type { Shown } from './stage.js';

export type Forked = Extract<Answer, { answer: 'forked' }>;

const same = (a: ArrayLike<unknown> | null, b: ArrayLike<unknown> | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && Array.from(a).every((value, i) => value === b[i]));

const alike = (a: Columns, b: Columns): boolean =>
  a.coreCount === b.coreCount &&
  same(a.cores, b.cores) &&
  same(a.waiting, b.waiting) &&
  same(a.overallNs, b.overallNs) &&
  same(a.completed, b.completed);

/** What is different, in some words: `static`, `load × 2`, `finishSection = true`. */
function nameOf(set: Changes, mechanism: string, before: string, rates: About['rates']): string {
  const changes = set.map((one) => one.split(/=(.*)/s) as [path: string, value: string]);
  const names: string[] = mechanism === before ? [] : [mechanism];
  const first = rates[0];
  const factor = changes.find(([path]) => path === first?.[0]);
  if (first !== undefined && factor !== undefined) {
    const times = Number((Number(factor[1]) / first[1]).toPrecision(3));
    if (times !== 1) names.push(`load × ${times}`);
  }
  const others = changes.filter(([path]) => path !== 'mechanism' && !rates.some(([rate]) => rate === path));
  names.push(...others.map(([path, value]) => `${path.split('.').at(-1)} = ${value}`));
  return names.length > 0 ? names.join(', ') : mechanism;
}

export class Futures {
  private tracks: Track[] = [];
  private names: readonly string[] = [];
  private about: About | undefined;
  /** Where they part; 0 where they never were one. */
  forkedAtNs: number | undefined;
  /** Whether any core, queue or latency of the two has differed since. */
  differ = false;

  begin(about: About): void {
    this.about = about;
    this.tracks = [this.fresh(about.mechanism, about.cores)];
    this.unfork();
  }

  get count(): number {
    return this.tracks.length;
  }

  private fresh(mechanism: string, coreCount: number): Track {
    return { history: new History(coreCount, this.about!.vms.length), mechanism, overallNs: null, completed: null };
  }

  /** The second goes on from what was seen so far, of itself where it is there already. */
  fork({ atNs, mechanism, coreCount }: Forked, set: Changes): void {
    const [first] = this.tracks as [Track];
    const { history } = this.tracks.at(-1)!;
    this.names = [first.mechanism, nameOf(set, mechanism, first.mechanism, this.about!.rates)];
    if (this.forkedAtNs === undefined) Object.assign(first, { overallNs: null, completed: null }); // both count from here on
    this.tracks = [first, { history: history.copy(coreCount), mechanism, overallNs: null, completed: null }];
    this.forkedAtNs ??= atNs;
  }

  /** The second was otherwise from the begin. */
  beside(names: readonly string[], { mechanism, coreCount }: Forked): void {
    this.tracks = [this.tracks[0]!, this.fresh(mechanism, coreCount)];
    this.forkedAtNs = 0;
    this.names = names;
  }

  unfork(): void {
    this.tracks.length = 1;
    this.forkedAtNs = undefined;
    this.differ = false;
    this.names = [];
  }

  take({ timeNs, futures }: Advanced): void {
    futures.forEach((columns, i) => {
      const track = this.tracks[i]!;
      track.history.add(timeNs, columns);
      track.mechanism = columns.mechanism;
      if (columns.overallNs !== null) track.overallNs = columns.overallNs;
      if (columns.completed !== null) track.completed = columns.completed;
    });
    const [a, b] = futures;
    if (a !== undefined && b !== undefined && !this.differ) this.differ = !alike(a, b);
  }

  get seen(): Seen[] {
    return this.tracks.map(({ overallNs, completed }) => ({ latencyNs: overallNs ?? [], completed: completed ?? [] }));
  }

  get shown(): Shown[] {
    const forked = this.forkedAtNs !== undefined;
    return this.tracks.map((track, i) => {
      return { ...track, label: forked ? `${'AB'[i]}  ${this.names[i] ?? track.mechanism}` : track.mechanism };
    });
  }
}
