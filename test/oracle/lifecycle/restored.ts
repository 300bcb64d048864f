// Working sets of restored instances, written from docs/model/lifecycle.md and memory.md alone, for hosts on which nothing else takes
// time: a core for every request, no budget, one request an instance, every page out into one compressor whose times are constant, and
// memory enough that nothing has to go out again.

export interface RestoredHost {
  readonly functions: number;
  /** Of each function's working set; all of them are out at time 0. */
  readonly pages: number;
  readonly keepNs: number;
  readonly restoreNs: number;
  readonly bootNs: number;
  readonly workers: number;
  /** On the core that faults, before its fault queues. */
  readonly exitNs: number;
  /** Of a worker, until the page is there. */
  readonly inNs: number;
  readonly endNs: number;
}

export interface Call {
  readonly atNs: number;
  readonly fn: number;
  readonly serviceNs: number;
}

export interface Restored {
  readonly served: { restore: number; full: number; dormant: number };
  readonly latencySumNs: number;
  readonly completed: number;
  faults: number;
  joined: number;
  stallNs: number;
}

const RANK = { end: 0, serve: 1, fault: 2, ready: 3, touch: 4, arrive: 5, expire: 6 } as const;

interface Happening {
  readonly atNs: number;
  readonly rank: number;
  readonly place: number;
  readonly happen: () => void;
  gone?: boolean;
}

const before = (a: Happening, b: Happening): boolean => (a.atNs - b.atNs || a.rank - b.rank || a.place - b.place) < 0;

interface Instance {
  readonly id: number;
  readonly fn: number;
  lastStartNs: number;
  untouched: number;
  busy: boolean;
  expiry?: Happening | undefined;
}

/** What a page of a working set is. */
interface Page {
  state: 'out' | 'coming' | 'here';
  readonly waiters: (() => void)[];
}

export function restored(host: RestoredHost, calls: readonly Call[]): Restored {
  const agenda: Happening[] = [];
  let [nowNs, places, ids, idle] = [0, 0, 0, host.workers];
  const found = {
    served: { restore: 0, full: 0, dormant: 0 },
    latencySumNs: 0,
    completed: 0,
    faults: 0,
    joined: 0,
    stallNs: 0,
  };
  const living: Instance[] = [];
  const snapshots = new Set<number>();
  const page = (): Page => ({ state: 'out', waiters: [] });
  const sets = Array.from({ length: host.functions }, () => Array.from({ length: host.pages }, page));
  const queue: Page[] = [];

  function plan(kind: keyof typeof RANK, atNs: number, happen: () => void, place = places++): Happening {
    const event = { atNs, rank: RANK[kind], place, happen };
    agenda.push(event);
    return event;
  }

  function look(): void {
    for (; idle > 0 && queue.length > 0; idle--) {
      const next = queue.shift()!;
      plan('serve', nowNs + host.inNs, () => {
        idle++;
        next.state = 'here';
        for (const wake of next.waiters.splice(0)) wake();
        look();
      });
    }
  }

  /** Touches page k of `n` when its share of the service is done, then the next. */
  function run(of: Page[], k: number, n: number, serviceNs: number, doneNs: number, end: () => void): void {
    const dueNs = k < n ? Math.floor((k * serviceNs) / n) : serviceNs;
    const then = (): void => {
      if (k === n) return end();
      const next = of[k]!;
      const go = (): void => run(of, k + 1, n, serviceNs, dueNs, end);
      if (next.state === 'here') return go();
      found.faults++;
      const [sinceNs, own] = [nowNs, next.state === 'out'];
      const wake = (): void => {
        found.stallNs += nowNs - sinceNs;
        go();
      };
      next.state = 'coming';
      plan('fault', nowNs + host.exitNs, () => {
        if (!own) found.joined++;
        if (next.state === 'here') return wake();
        next.waiters.push(wake);
        if (own) queue.push(next);
        look();
      });
    };
    plan(k < n ? 'touch' : 'end', nowNs + dueNs - doneNs, then);
  }

  function dormant(i: Instance): void {
    i.busy = false;
    i.expiry = plan(
      'expire',
      nowNs + host.keepNs,
      () => {
        living.splice(living.indexOf(i), 1);
        snapshots.add(i.fn);
      },
      i.id,
    );
  }

  function enter(i: Instance, call: Call): void {
    const n = i.untouched;
    i.untouched = 0;
    run(sets[i.fn]!, 0, n, call.serviceNs, 0, () => {
      found.latencySumNs += nowNs - call.atNs;
      found.completed++;
      dormant(i);
    });
  }

  function arrive(call: Call): void {
    const idleOnes = living.filter((i) => i.fn === call.fn && !i.busy);
    const last = idleOnes.sort((a, b) => b.lastStartNs - a.lastStartNs || b.id - a.id)[0];
    if (last !== undefined) {
      found.served.dormant++;
      last.expiry!.gone = true;
      Object.assign(last, { busy: true, lastStartNs: nowNs });
      return enter(last, call);
    }
    const restores = snapshots.has(call.fn);
    found.served[restores ? 'restore' : 'full']++;
    const made: Instance = {
      id: ++ids,
      fn: call.fn,
      lastStartNs: nowNs,
      untouched: restores ? host.pages : 0,
      busy: true,
    };
    living.push(made);
    plan('ready', nowNs + (restores ? host.restoreNs : host.bootNs), () => enter(made, call));
  }

  for (const call of calls) plan('arrive', call.atNs, () => arrive(call));
  for (;;) {
    let at = 0;
    for (let i = 1; i < agenda.length; i++) if (before(agenda[i]!, agenda[at]!)) at = i;
    const [next] = agenda.splice(at, 1);
    if (next === undefined || next.atNs > host.endNs) return found;
    if (next.gone) continue;
    nowNs = next.atNs;
    next.happen();
  }
}
