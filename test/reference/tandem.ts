// schedsim's bounded topology: two servers in a row, of two kinds of requests (20 us at one server and 10 us at the other), the
// buffer before the second bounded and dropping. Twice: simulated, as two hosts of which the second is sent what the first has
// done; and as a recursion of its own. Its services are multiples of 10 us, so that a request often comes to the buffer in the
// very instant in which the second server takes one from it: what then comes first decides, and both orders are here.

import { Simulation } from '../../src/index.js';
import { SplitMix64 } from '../../src/workload/random.js';
import { once } from '../support/once.js';
import { station } from '../support/scenarios.js';

const UNIT_NS = 10_000;
/** Both services of a request together. */
const TOGETHER_NS = 3 * UNIT_NS;

/** What happens first in one instant: the second server takes the next from the buffer, or the first sends one there. */
export type First = 'take' | 'send';

/** What the first server has done, in order. */
export interface Done {
  readonly atNs: readonly number[];
  /** The second server's services of the same requests. */
  readonly nextServiceNs: readonly number[];
}

export interface Buffered {
  readonly completed: number;
  readonly dropped: number;
  /** From the first server's end to the second's. */
  readonly meanNs: number;
}

export const droppedShare = ({ completed, dropped }: Buffered): number => dropped / (completed + dropped);

/** The first server, simulated: services are read off its event log, since it serves one after the other. */
async function firstServer(load: number, durationMs: number, seed: number): Promise<Done> {
  const service = { dist: 'bimodal', short: '10us', long: '20us', longShare: 0.5 } as const;
  const duration = `${durationMs}ms`;
  const input = station({ cores: 1, load: load / 1.5, service, mechanism: 'static', duration });
  const events = Math.ceil(300 * durationMs * load);
  const simulation = await Simulation.create({ ...input, seed, log: { from: '0ns', until: duration, events } });
  await simulation.run();
  const log = simulation.eventLog()!;
  simulation.close();
  if (log.left > 0) throw new Error(`the log had no room for ${log.left} events`);
  const arrivals = log.events.filter(({ entity }) => entity === 'vm api arrival').map(({ timeNs }) => timeNs);
  const atNs = log.events.filter(({ entity }) => entity === 'vcpu api 0').map(({ timeNs }) => timeNs);
  const nextServiceNs = atNs.map((end, i) => TOGETHER_NS - (end - Math.max(arrivals[i]!, atNs[i - 1] ?? 0)));
  return { atNs, nextServiceNs };
}

/** A nanosecond of the recursion in the second simulation: what says which of two equal times comes first is small beside it. */
const FINE = 10_000;

/**
 * The second server with its buffer, simulated. Every request comes a little sooner or later than the first server has done it,
 * which says what happens first, and its service takes that back.
 */
async function secondServer({ atNs, nextServiceNs }: Done, buffer: number, first: First): Promise<Buffered> {
  const shift = first === 'send' ? -1 : 1;
  const duration = `${Math.ceil((atNs.at(-1)! / 1e6 + 10) * FINE)}ms`;
  const vm = {
    queueLimit: buffer,
    workload: {
      arrivals: { process: 'none' as const },
      request: { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: '10us' } }] },
    },
  };
  const simulation = await Simulation.create(station({ cores: 1, load: 1, mechanism: 'static', duration, vm }));
  const arrivals = atNs.map((at, i) => ({ atNs: at * FINE + shift, serviceNs: nextServiceNs[i]! * FINE - shift }));
  simulation.inject({ vm: 'api', arrivals });
  await simulation.run();
  const { completed, dropped, latencyNs } = simulation.metrics().vms[0]!;
  simulation.close();
  return { completed, dropped, meanNs: latencyNs.mean! / FINE };
}

/** The same by a recursion over the requests. */
function recursion({ atNs, nextServiceNs }: Done, buffer: number, first: First): Buffered {
  const ends: number[] = []; // of those let in
  let gone = 0;
  let sum = 0;
  for (const [i, at] of atNs.entries()) {
    while (gone < ends.length && (first === 'take' ? ends[gone]! <= at : ends[gone]! < at)) gone++;
    if (ends.length - gone > buffer) continue;
    ends.push(Math.max(at, ends.at(-1) ?? 0) + nextServiceNs[i]!);
    sum += ends.at(-1)! - at;
  }
  return { completed: ends.length, dropped: atNs.length - ends.length, meanNs: sum / ends.length };
}

/** Both servers with either order of equal times: the second one simulated, and by the recursion. */
export interface Orders {
  readonly simulated: Readonly<Record<First, Buffered>>;
  readonly expected: Readonly<Record<First, Buffered>>;
}

const ORDERS_MS = 1_000;

/** What the first server has done at one load, by seed: the same before every buffer. */
const served: { load: number; bySeed: Map<number, Promise<Done>> } = { load: 0, bySeed: new Map() };

function firstOf(load: number, seed: number): Promise<Done> {
  if (served.load !== load) Object.assign(served, { load, bySeed: new Map() });
  const done = served.bySeed.get(seed) ?? firstServer(load, ORDERS_MS, seed);
  served.bySeed.set(seed, done);
  return done;
}

async function bothOrders(load: number, buffer: number, seed: number): Promise<Orders> {
  const done = await firstOf(load, seed);
  const strange = done.nextServiceNs.findIndex((ns) => ns !== UNIT_NS && ns !== 2 * UNIT_NS);
  if (strange >= 0) throw new Error(`request ${strange}: ${done.nextServiceNs[strange]} ns is no service of these`);
  return {
    simulated: { take: await secondServer(done, buffer, 'take'), send: await secondServer(done, buffer, 'send') },
    expected: { take: recursion(done, buffer, 'take'), send: recursion(done, buffer, 'send') },
  };
}

/** Seeds 1 … `runs`. */
export async function orders(load: number, buffer: number, runs: number): Promise<Orders[]> {
  const found: Orders[] = [];
  for (let seed = 1; seed <= runs; seed++)
    found.push(await once(['tandem', load, buffer, seed], () => bothOrders(load, buffer, seed)));
  return found;
}

/** schedsim's pending events: a binary heap by time alone, so that equal times leave it in the order that its shape gives. */
class Heap {
  private readonly times: number[] = [];
  private readonly whats: number[] = [];

  private swap(i: number, j: number): void {
    for (const list of [this.times, this.whats]) [list[i], list[j]] = [list[j]!, list[i]!];
  }

  push(time: number, what: number): void {
    let i = this.times.push(time) - 1;
    this.whats.push(what);
    for (let up = (i - 1) >> 1; i > 0 && time < this.times[up]!; up = (i - 1) >> 1) {
      this.swap(i, up);
      i = up;
    }
  }

  pop(): { time: number; what: number } {
    const last = this.times.length - 1;
    this.swap(0, last);
    const [time, what] = [this.times.pop()!, this.whats.pop()!];
    for (let i = 0, child = 1; child < last; child = 2 * i + 1) {
      if (child + 1 < last && this.times[child + 1]! < this.times[child]!) child++;
      if (!(this.times[child]! < this.times[i]!)) break;
      this.swap(i, child);
      i = child;
    }
    return { time, what };
  }
}

const ARRIVAL = 0;
const FIRST = 1;

/** The shares that are dropped by the recursion below, in runs of 4 s. */
export async function ownShares(lambda: number, buffer: number, runs: number): Promise<number[]> {
  const shares: number[] = [];
  for (let run = 0; run < runs; run++)
    shares.push(
      await once(['schedsim order', lambda, buffer, run], () =>
        Promise.resolve(inSchedsimOrder(lambda, buffer, 4e6, run)),
      ),
    );
  return shares;
}

/** Both servers with times in floating microseconds and the order of equal times as schedsim has them. */
function inSchedsimOrder(ratePerUs: number, buffer: number, durationUs: number, seed: number): number {
  const random = new SplitMix64(seed);
  const unitUs = UNIT_NS / 1000;
  const heap = new Heap();
  const queues: boolean[][] = [[], []]; // true: 20 us at the first server
  const serving: (boolean | null)[] = [null, null];
  let [now, completed, dropped] = [0, 0, 0];
  const serve = (server: number): void => {
    const next = serving[server] === null ? queues[server]!.shift() : undefined;
    if (next === undefined) return;
    serving[server] = next;
    heap.push(now + (next === (server === 0) ? 2 : 1) * unitUs, FIRST + server);
  };
  const arrive = (): void => {
    queues[0]!.push(random.unit() < 0.5);
    heap.push(now - Math.log(1 - random.unit()) / ratePerUs, ARRIVAL);
  };
  arrive();
  while (now < durationUs) {
    serve(0);
    serve(1);
    const { time, what } = heap.pop();
    now = time;
    if (what === ARRIVAL) {
      arrive();
      continue;
    }
    const done = serving[what - FIRST]!;
    serving[what - FIRST] = null;
    if (what !== FIRST) completed++;
    else if (queues[1]!.length < buffer) queues[1]!.push(done);
    else dropped++;
    serve(what - FIRST); // at once; the other server sees what was sent before the next event
  }
  return dropped / (completed + dropped);
}
