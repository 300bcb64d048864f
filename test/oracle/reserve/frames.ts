// Who owns which frame, naively: an array of owners looked through from one end. Rules: docs/vmem.md, "Frames".

export const GRANULE = 2 * 2 ** 20;
/** Granules of a gigabyte. */
export const WHOLE = 512;

export type From = 'shared' | 'large' | 'small';

interface Region {
  readonly node: number;
  readonly first: number;
  readonly size: number;
  readonly asWhole: boolean;
  readonly inParts: boolean;
  /** Owned as a whole. */
  owned: boolean;
}

export type Poisoned = 'known' | 'free' | 'replaced' | 'lost';

export const sizeOf = ({ regions, granules }: Holding): number => regions.length * WHOLE + granules.length;

/** What a VM has, in the order in which it was handed out. */
export interface Holding {
  readonly regions: number[];
  readonly granules: number[];
}

export interface Layout {
  readonly nodes: number;
  readonly granulesPerNode: number;
  readonly largeRegionsPerNode: number;
  readonly shared: boolean;
  readonly balance: boolean;
}

export class Frames {
  readonly regions: Region[] = [];
  /** Granules that are handed out singly. */
  private readonly single = new Set<number>();
  /** The first granule of each frame that is out of use. */
  private readonly isolated = new Set<number>();
  isolatedGranules = 0;

  constructor(private readonly layout: Layout) {
    const { nodes, granulesPerNode, largeRegionsPerNode, shared } = layout;
    for (let node = 0; node < nodes; node++) {
      for (let from = 0, r = 0; from < granulesPerNode; from += WHOLE, r++) {
        const size = Math.min(WHOLE, granulesPerNode - from);
        const whole = size === WHOLE;
        const kept = whole && (shared || r < largeRegionsPerNode);
        const first = node * granulesPerNode + from;
        this.regions.push({ node, first, size, asWhole: kept, inParts: shared || !kept, owned: false });
      }
    }
  }

  free(region: Region): number {
    if (region.owned) return 0;
    let free = 0;
    for (let g = region.first; g < region.first + region.size; g++) if (!this.single.has(g)) free++;
    return free;
  }

  get freeGranules(): number {
    return this.regions.reduce((sum, region) => sum + this.free(region), 0);
  }

  wholeFree(region: Region): boolean {
    return region.asWhole && this.free(region) === WHOLE;
  }

  get largestFree(): number {
    let longest = 0;
    let run = 0;
    let node = -1;
    for (const region of this.regions) {
      if (region.node !== node) run = 0;
      node = region.node;
      for (let g = region.first; g < region.first + region.size; g++) {
        run = region.owned || this.single.has(g) ? 0 : run + 1;
        longest = Math.max(longest, run);
      }
    }
    return longest;
  }

  private room(node: number, from: From): number {
    const own = this.regions.filter((region) => region.node === node);
    if (from === 'large') return WHOLE * own.filter((region) => this.wholeFree(region)).length;
    return own.reduce((sum, region) => sum + (region.inParts ? this.free(region) : 0), 0);
  }

  private nodeOf({ regions, granules }: Holding): number | undefined {
    const granule = regions.length > 0 ? this.regions[regions.at(-1)!]!.first : granules.at(-1)!;
    return granule === undefined ? undefined : Math.floor(granule / this.layout.granulesPerNode);
  }

  /** All of it or nothing. */
  add(holding: Holding, granules: number, from: From, span: boolean): boolean {
    const nodes = Array.from({ length: this.layout.nodes }, (_, node) => ({ node, room: this.room(node, from) }));
    const enough = nodes.filter(({ room }) => room >= granules);
    const own = enough.find(({ node }) => node === this.nodeOf(holding));
    const better = this.layout.balance ? -1 : 1;
    const chosen = own ?? enough.toSorted((a, b) => better * (a.room - b.room) || a.node - b.node)[0];
    if (chosen !== undefined) {
      this.take(holding, chosen.node, granules, from);
      return true;
    }
    if (!span || nodes.reduce((sum, { room }) => sum + room, 0) < granules) return false;
    let left = granules;
    for (const { node, room } of nodes) {
      const part = Math.min(room, left);
      this.take(holding, node, part, from);
      left -= part;
    }
    return true;
  }

  private take(holding: Holding, node: number, granules: number, from: From): void {
    let left = granules;
    if (from !== 'small') {
      this.regions.forEach((region, index) => {
        if (region.node !== node || left < WHOLE || !this.wholeFree(region)) return;
        region.owned = true;
        holding.regions.push(index);
        left -= WHOLE;
      });
    }
    while (left > 0) left -= this.takeSingly(holding, this.best(node, left), left);
  }

  private takeSingly(holding: Holding, { first, size }: Region, most: number): number {
    let taken = 0;
    for (let g = first; g < first + size && taken < most; g++) {
      if (this.single.has(g)) continue;
      this.single.add(g);
      holding.granules.push(g);
      taken++;
    }
    return taken;
  }

  /** The fullest begun one that holds all; else the begun one with most room; else a gigabyte is begun. */
  private best(node: number, wanted: number): Region {
    const open = this.regions
      .filter((region) => region.node === node && region.inParts)
      .map((region) => ({ region, free: this.free(region) }))
      .filter(({ free }) => free > 0);
    const begun = open.filter(({ free }) => free < WHOLE);
    const holds = begun.filter(({ free }) => free >= wanted).toSorted((a, b) => a.free - b.free);
    const most = begun.toSorted((a, b) => b.free - a.free);
    return (holds[0] ?? most[0] ?? open[0]!).region;
  }

  remove(holding: Holding, granules: number): void {
    let left = granules;
    while (left > 0) {
      const granule = holding.granules.pop();
      if (granule !== undefined) {
        this.single.delete(granule);
        left--;
        continue;
      }
      const region = this.regions[holding.regions.pop()!]!;
      region.owned = false;
      if (left >= WHOLE) left -= WHOLE;
      else this.takeSingly(holding, region, WHOLE);
    }
  }

  /** Out of use for good. Who has the frame gets as much elsewhere, from wherever there is some. */
  isolate(granule: number, holders: Iterable<Holding>): Poisoned {
    const index = this.regions.findIndex(({ first, size }) => granule >= first && granule < first + size);
    const region = this.regions[index]!;
    const whole = !region.inParts;
    const bad = whole ? region.first : granule;
    if (this.isolated.has(bad)) return 'known';
    this.isolated.add(bad);
    this.isolatedGranules += whole ? WHOLE : 1;
    const holding = [...holders].find(({ regions, granules }) => regions.includes(index) || granules.includes(granule));
    if (holding === undefined) {
      if (whole) region.owned = true;
      else this.single.add(granule);
      return 'free';
    }
    if (region.owned && !whole) {
      holding.regions.splice(holding.regions.indexOf(index), 1);
      region.owned = false;
      this.takeSingly(holding, region, WHOLE);
    }
    const [list, one] = whole ? [holding.regions, index] : [holding.granules, granule];
    list.splice(list.indexOf(one), 1);
    return this.add(holding, whole ? WHOLE : 1, whole ? 'large' : 'small', true) ? 'replaced' : 'lost';
  }

  /** One for each gigabyte or granule that does not follow the one handed out before it, in its node. */
  extents({ regions, granules }: Holding): number {
    const perNode = this.layout.granulesPerNode;
    const starts = (list: readonly number[], nodeOf: (one: number) => number): number =>
      list.filter((one, i) => i === 0 || one !== list[i - 1]! + 1 || nodeOf(one) !== nodeOf(list[i - 1]!)).length;
    return (
      starts(regions, (region) => this.regions[region]!.node) +
      starts(granules, (granule) => Math.floor(granule / perNode))
    );
  }
}
