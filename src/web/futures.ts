// What the page knows of the one or two futures that it shows: what was seen of each, and what they are called.

import { History, type Track } from './history.js';
import type { About, Advanced, Answer } from './protocol.js';
import type { Seen } from './stories.js';
import type { Shown } from './stage.js';

type Forked = Extract<Answer, { answer: 'forked' }>;

export class Futures {
  private tracks: Track[] = [];
  private names: readonly string[] = [];
  private about: About | undefined;
  /** Where they part; 0 where they never were one. */
  forkedAtNs: number | undefined;

  begin(about: About): void {
    this.about = about;
    this.tracks = [this.fresh(about.mechanism, about.cores)];
    this.forkedAtNs = undefined;
    this.names = [];
  }

  get count(): number {
    return this.tracks.length;
  }

  private fresh(mechanism: string, coreCount: number): Track {
    return { history: new History(coreCount, this.about!.vms.length), mechanism, overallNs: null };
  }

  /** The second goes on from what was seen so far, of itself where it is there already. */
  fork({ atNs, mechanism, coreCount }: Forked): void {
    const { history } = this.tracks.at(-1)!;
    this.tracks = [this.tracks[0]!, { history: history.copy(coreCount), mechanism, overallNs: null }];
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
    this.names = [];
  }

  take({ timeNs, futures }: Advanced): void {
    futures.forEach((columns, i) => {
      const track = this.tracks[i]!;
      track.history.add(timeNs, columns);
      track.mechanism = columns.mechanism;
      if (columns.overallNs !== null) track.overallNs = columns.overallNs;
    });
  }

  get seen(): Seen[] {
    return this.tracks.map(({ overallNs }) => ({ latencyNs: overallNs ?? [] }));
  }

  get shown(): Shown[] {
    const forked = this.forkedAtNs !== undefined;
    return this.tracks.map((track, i) => {
      return { ...track, label: forked ? `${'AB'[i]}  ${this.names[i] ?? track.mechanism}` : track.mechanism };
    });
  }
}
