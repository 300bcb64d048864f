// An agent's prompt as memory: pages of text at levels of fidelity, of which a budget of tokens holds so much. What each kind of page may
// be cut down to is a contract; above that, tokens go where they are worth most. Rules: docs/clawvm.md.

/** From all of a page to its name alone. */
const LEVELS = ['full', 'compressed', 'structured', 'pointer'] as const;
/** Not in the prompt at all. */
export const ABSENT = 4;
/** Of each level, times the page's weight. */
export const UTILITY = [1, 0.6, 0.4, 0.1] as const;

/** Levels that pages of a kind may be at, the finest first; the last is the floor. */
export const PATHS = {
  bootstrap: [0, 2],
  constraint: [0, 2],
  plan: [0, 2, 3],
  preference: [0, 1, 2, 3],
  evidence: [0, 1, 2, 3],
  conversation: [0, 1, 2, 3],
} as const satisfies Readonly<Record<string, readonly number[]>>;
export type Kind = keyof typeof PATHS;

export interface Page {
  readonly kind: Kind;
  readonly weight: number;
  /** Tokens at each level. */
  readonly sizes: readonly number[];
}

export const floorOf = ({ kind }: Page): number => PATHS[kind].at(-1)!;

/** What is wrong with a page; undefined: nothing. */
export function problemOf({ kind, weight, sizes }: Page): string | undefined {
  if (!(weight >= 0 && weight < Infinity)) return `weight ${weight}`;
  const path: readonly number[] = PATHS[kind];
  for (const [i, level] of path.entries()) {
    const size = sizes[level];
    if (size === undefined || !Number.isSafeInteger(size) || size < 1) return `${size} tokens at ${LEVELS[level]!}`;
    if (i > 0 && size >= sizes[path[i - 1]!]!)
      return `${size} tokens at ${LEVELS[level]!}, no fewer than at ${LEVELS[path[i - 1]!]!}`;
  }
  return undefined;
}

/** Tokens of all pages at their floors. */
export const floors = (pages: readonly Page[]): number =>
  pages.reduce((sum, page) => sum + page.sizes[floorOf(page)]!, 0);

export interface Fit {
  /** Of each page; ABSENT where it is not in the prompt. */
  readonly levels: readonly number[];
  readonly tokens: number;
  /** Not even the floors fit: nothing is in the prompt. */
  readonly pressure: boolean;
}

interface Step {
  readonly page: number;
  readonly from: number;
  readonly to: number;
  readonly tokens: number;
  readonly worth: number;
}

/** Worth more for a token; then the lower page, then the smaller step. */
const before = (a: Step, b: Step): boolean =>
  a.worth !== b.worth ? a.worth > b.worth : a.page !== b.page ? a.page < b.page : a.to > b.to;

/** A binary heap, the best on top. */
class Steps {
  private readonly items: Step[] = [];

  push(step: Step): void {
    const { items } = this;
    let at = items.push(step) - 1;
    while (at > 0 && before(step, items[(at - 1) >> 1]!)) {
      items[at] = items[(at - 1) >> 1]!;
      at = (at - 1) >> 1;
    }
    items[at] = step;
  }

  pop(): Step | undefined {
    const { items } = this;
    const best = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return best;
    let at = 0;
    for (let child = 1; child < items.length; child = 2 * at + 1) {
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return best;
  }
}

const pressed = (pages: readonly Page[]): Fit => ({ levels: pages.map(() => ABSENT), tokens: 0, pressure: true });

/** Steps to any finer level of a page that is at `from`. */
function stepsOf({ kind, weight, sizes }: Page, page: number, from: number): Step[] {
  const path: readonly number[] = PATHS[kind];
  return path
    .filter((to) => to < from)
    .map((to) => {
      const tokens = sizes[to]! - sizes[from]!;
      return { page, from, to, tokens, worth: ((UTILITY[to]! - UTILITY[from]!) * weight) / tokens };
    });
}

/** All at their floors; then, again and again, the step up that is worth most for a token and fits. */
export function fitted(pages: readonly Page[], budget: number): Fit {
  let tokens = floors(pages);
  if (tokens > budget) return pressed(pages);
  const levels = pages.map(floorOf);
  const steps = new Steps();
  pages.forEach((page, i) => stepsOf(page, i, levels[i]!).forEach((step) => steps.push(step)));
  // room only shrinks, so a step that does not fit never will
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (levels[step.page] !== step.from || tokens + step.tokens > budget) continue;
    tokens += step.tokens;
    levels[step.page] = step.to;
    stepsOf(pages[step.page]!, step.page, step.to).forEach((next) => steps.push(next));
  }
  return { levels, tokens, pressure: false };
}

/** All at their floors; then those used last, each as fine as it fits. `recent`: pages, the one used last first. */
export function fittedRecent(pages: readonly Page[], budget: number, recent: readonly number[]): Fit {
  let tokens = floors(pages);
  if (tokens > budget) return pressed(pages);
  const levels = pages.map(floorOf);
  for (const i of recent) {
    const { kind, sizes } = pages[i]!;
    const to = PATHS[kind].find((level) => tokens + sizes[level]! - sizes[levels[i]!]! <= budget)!;
    tokens += sizes[to]! - sizes[levels[i]!]!;
    levels[i] = to;
  }
  return { levels, tokens, pressure: false };
}

/** Whole pages, the one used longest ago thrown out for another: no floors. */
export class WholePages {
  /** The one used last first. */
  private resident: number[] = [];
  private tokens = 0;

  constructor(
    private readonly pages: readonly Page[],
    private readonly budget: number,
  ) {
    pages.forEach((_, i) => this.use(i));
  }

  /** Tokens in the prompt. */
  get held(): number {
    return this.tokens;
  }

  /** Those used longest ago go until less is held than `limit`; who went. */
  shrink(limit: number): number[] {
    const gone: number[] = [];
    while (this.tokens >= limit && this.resident.length > 0) {
      const page = this.resident.pop()!;
      this.tokens -= this.pages[page]!.sizes[0]!;
      gone.push(page);
    }
    return gone;
  }

  /** Whether it was there; it is now, if it fits at all. */
  use(page: number): boolean {
    const size = this.pages[page]!.sizes[0]!;
    const at = this.resident.indexOf(page);
    if (at >= 0) {
      this.resident.splice(at, 1);
      this.resident.unshift(page);
      return true;
    }
    if (size > this.budget) return false;
    while (this.tokens + size > this.budget) this.tokens -= this.pages[this.resident.pop()!]!.sizes[0]!;
    this.resident.unshift(page);
    this.tokens += size;
    return false;
  }
}

/** What came of a reference that needs a page at least so fine. */
export type Reference = 'hit' | 'refetch' | 'controllable';

/** Coarser than the floor or absent: the policy could have kept it. Coarser than needed: it is fetched again. */
export function refer(page: Page, resident: number, needed: number): Reference {
  if (resident > floorOf(page)) return 'controllable';
  return resident > needed ? 'refetch' : 'hit';
}

/** A change of a page that is to outlive the session. */
export interface Entry {
  readonly page: number;
  /** As it is to be kept. */
  readonly level: number;
  /** Whether what was there before would be lost. */
  readonly destructive: boolean;
  /** Whether it has the fields of its kind. */
  readonly wellFormed: boolean;
  /** Where it comes from; '' where nobody knows. */
  readonly provenance: string;
}
export type Rejection = 'destructive' | 'schema' | 'provenance' | 'floor';

/** Why an entry is not taken; undefined: it is. */
export function rejection(pages: readonly Page[], entry: Entry): Rejection | undefined {
  const page = pages[entry.page];
  if (entry.destructive) return 'destructive';
  if (!entry.wellFormed || page === undefined || !(PATHS[page.kind] as readonly number[]).includes(entry.level))
    return page !== undefined && entry.level > floorOf(page) ? 'floor' : 'schema';
  return entry.provenance === '' ? 'provenance' : undefined;
}

/** Staged, looked at, committed: what is rejected changes nothing. */
export function commit(
  pages: readonly Page[],
  kept: ReadonlyMap<number, number>,
  staged: readonly Entry[],
): { readonly kept: Map<number, number>; readonly rejected: readonly { entry: Entry; reason: Rejection }[] } {
  const after = new Map(kept);
  const rejected = [];
  for (const entry of staged) {
    const reason = rejection(pages, entry);
    if (reason === undefined) after.set(entry.page, entry.level);
    else rejected.push({ entry, reason });
  }
  return { kept: after, rejected };
}
