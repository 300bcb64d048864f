// Servers with budgets, written from docs/model/server.md alone: a list of events that is searched for the least, lists for queues,
// budgets filled in events of their own. Slow, and short enough to be checked by reading.

import type { Fate, ServerItems, ServersResult, ServerSpec } from '../../../src/server/run.js';

interface Item {
  readonly tenant: number;
  readonly costs: readonly number[];
  readonly size: number;
  /** Of the server where it is. */
  stage: number;
  queued: number;
  waited: number;
  fate: Fate;
  done: number;
}

interface Worker {
  state: 'idle' | 'polling' | 'serving';
  /** Stage of the last batch. */
  last: number;
  batch: Item[];
  served: number;
  charges: boolean;
}

interface Event {
  readonly time: number;
  readonly rank: number;
  readonly sequence: number;
  readonly happen: () => void;
}

const REPLENISH = 0;
const DONE = 1;
const ARRIVE = 2;
const POLL = 3;
/** Of an idle worker: it sees all that comes in that instant. */
const LOOK = 4;

/** Of one server. */
class Place {
  readonly workers: Worker[];
  /** By stage; with budgets, behind stage 0, the turn is told apart by tenant. */
  readonly waiting: Item[][];
  readonly turn: number[];
  /** By tenant and worker. */
  readonly budgets: number[][];
  readonly account;
  lastReplenished = 0;
  nextReplenished: number;

  constructor(readonly spec: ServerSpec) {
    this.workers = Array.from({ length: spec.workers }, () => ({
      state: 'idle',
      last: spec.stages - 1,
      batch: [],
      served: 0,
      charges: false,
    }));
    this.waiting = Array.from({ length: spec.stages }, () => []);
    this.turn = Array.from({ length: spec.stages }, () => 0);
    const cap = spec.budget?.cap ?? 0;
    this.budgets = spec.tenants.map(() => Array.from({ length: spec.workers }, () => cap));
    this.account = spec.tenants.map(() => ({
      arrived: 0,
      served: 0,
      dropped: { budget: 0, queue: 0 },
      used: 0,
      charged: 0,
      leastBudget: cap,
    }));
    this.nextReplenished = spec.budget?.period ?? Infinity;
  }

  funded(item: Item, worker: number): boolean {
    return this.budgets[item.tenant]![worker]! > 0;
  }

  /** Under siloed a worker has one tenant, in turns. */
  mayServe(worker: Worker, tenant: number): boolean {
    const { discipline, tenants } = this.spec;
    return discipline !== 'siloed' || this.workers.indexOf(worker) % tenants.length === tenant;
  }

  batch(stage: number): number {
    const { batch } = this.spec;
    return typeof batch === 'number' ? batch : batch[stage]!;
  }

  replenish(elapsed: number): void {
    const all = this.spec.tenants.reduce((sum, { weight }) => sum + weight, 0);
    const { boost, cap } = this.spec.budget!;
    this.spec.tenants.forEach(({ weight }, tenant) => {
      const more = Math.floor((boost * elapsed * weight) / all);
      this.budgets[tenant] = this.budgets[tenant]!.map((budget) => Math.min(cap, budget + more));
    });
  }
}

class Naive {
  private readonly places: readonly Place[];
  private readonly items: Item[];
  private events: Event[] = [];
  private sequence = 0;
  private now = 0;
  private ended = 0;

  constructor(
    specs: readonly ServerSpec[],
    private readonly given: ServerItems,
    private readonly haltAt: number,
  ) {
    this.places = specs.map((spec) => new Place(spec));
    this.items = [...given.at].map((_, i) => ({
      tenant: given.tenant[i]!,
      costs: given.costs.map((cost) => cost[i]!),
      size: given.size?.[i] ?? 0,
      stage: 0,
      queued: 0,
      waited: 0,
      fate: 'in flight',
      done: 0,
    }));
  }

  private plan(time: number, rank: number, happen: () => void): void {
    this.events.push({ time, rank, sequence: this.sequence++, happen });
  }

  private drop(place: Place, item: Item, reason: 'budget' | 'queue'): void {
    item.fate = reason;
    item.done = this.now;
    place.account[item.tenant]!.dropped[reason]++;
  }

  private enqueue(place: Place, item: Item): void {
    const there = place.waiting[item.stage]!;
    const own = there.filter(({ tenant }) => tenant === item.tenant);
    const { limit, tenants } = place.spec;
    if (there.length >= (limit ?? Infinity) || own.length >= (tenants[item.tenant]!.limit ?? Infinity))
      return this.drop(place, item, 'queue');
    item.queued = this.now;
    there.push(item);
    const idle = place.workers.find((worker) => worker.state === 'idle' && place.mayServe(worker, item.tenant));
    if (idle === undefined || place.spec.idlePoll !== undefined) return; // who polls all the time sees it then
    idle.state = 'polling';
    this.plan(this.now, POLL, () => this.poll(place, idle));
  }

  private arrive(item: Item, server: number): void {
    item.stage = 0;
    const place = this.places[server]!;
    place.account[item.tenant]!.arrived++;
    this.enqueue(place, item);
  }

  private cost(place: Place, item: Item, stage: number): number {
    const earlier = this.places.slice(0, this.places.indexOf(place));
    const before = earlier.reduce((sum, { spec }) => sum + spec.stages, 0);
    return item.costs[before + stage]!;
  }

  private poll(place: Place, worker: Worker): void {
    const { stages, budget } = place.spec;
    if (this.now >= this.haltAt) return;
    if (budget?.replenish === 'poll' && this.now >= place.nextReplenished) {
      place.replenish(this.now - place.lastReplenished);
      place.lastReplenished = this.now;
      place.nextReplenished = this.now + budget.period;
    }
    for (let next = 1; next <= stages; next++) {
      const stage = (worker.last + next) % stages;
      if (!place.waiting[stage]!.some(({ tenant }) => place.mayServe(worker, tenant))) continue;
      this.choose(place, worker, stage);
      worker.last = stage;
      worker.served = 0;
      worker.state = 'serving';
      return this.serve(place, worker);
    }
    worker.state = 'idle';
    if (place.spec.idlePoll !== undefined && !this.isOver())
      this.plan(this.now + place.spec.idlePoll, LOOK, () => this.poll(place, worker));
  }

  private isOver(): boolean {
    if (this.now >= this.haltAt) return true;
    return this.items.every(({ fate }) => fate !== 'in flight');
  }

  /** Takes the batch out of the queue. */
  private choose(place: Place, worker: Worker, stage: number): void {
    const { discipline } = place.spec;
    const batch = place.batch(stage);
    const queue = place.waiting[stage]!;
    const index = place.workers.indexOf(worker);
    if (discipline === 'fifo') {
      worker.batch = queue.splice(0, batch);
      worker.charges = false;
    } else if (discipline === 'siloed') {
      worker.batch = queue.filter(({ tenant }) => place.mayServe(worker, tenant)).slice(0, batch);
      for (const item of worker.batch) queue.splice(queue.indexOf(item), 1);
      worker.charges = false;
    } else if (stage === 0) {
      const looked = queue.splice(0, batch);
      worker.charges = looked.some((item) => place.funded(item, index));
      worker.batch = looked.filter((item) => !worker.charges || place.funded(item, index));
      for (const item of looked) if (!worker.batch.includes(item)) this.drop(place, item, 'budget');
    } else {
      worker.batch = this.turns(place, stage, (item) => place.funded(item, index));
      worker.charges = worker.batch.length > 0;
      if (!worker.charges) worker.batch = this.turns(place, stage, () => true);
    }
  }

  private turns(place: Place, stage: number, may: (item: Item) => boolean): Item[] {
    const queue = place.waiting[stage]!;
    const tenants = place.spec.tenants.length;
    const taken: Item[] = [];
    while (taken.length < place.batch(stage)) {
      const order = Array.from({ length: tenants }, (_, i) => (place.turn[stage]! + i) % tenants);
      const found = order.map((tenant) => queue.find((item) => item.tenant === tenant && may(item))).find(Boolean);
      if (found === undefined) break;
      queue.splice(queue.indexOf(found), 1);
      taken.push(found);
      place.turn[stage] = (found.tenant + 1) % tenants;
    }
    return taken;
  }

  private serve(place: Place, worker: Worker): void {
    const item = worker.batch[worker.served]!;
    item.waited += this.now - item.queued;
    this.plan(this.now + this.cost(place, item, worker.last), DONE, () => this.done(place, worker, item));
  }

  private done(place: Place, worker: Worker, item: Item): void {
    place.account[item.tenant]!.used += this.cost(place, item, worker.last);
    worker.served++;
    if (worker.served < worker.batch.length) this.serve(place, worker);
    else {
      this.charge(place, worker);
      worker.state = 'polling';
      this.plan(this.now, POLL, () => this.poll(place, worker));
    }
    item.stage++;
    if (item.stage < place.spec.stages) return this.enqueue(place, item);
    place.account[item.tenant]!.served++;
    const next = this.places.indexOf(place) + 1;
    if (next < this.places.length) return this.arrive(item, next);
    item.fate = 'served';
    item.done = this.now;
  }

  private charge(place: Place, worker: Worker): void {
    if (!worker.charges) return;
    const index = place.workers.indexOf(worker);
    for (const item of worker.batch) {
      const cost = this.cost(place, item, worker.last);
      const amount = { fifo: 0, cycles: cost, packets: 1, bytes: item.size, siloed: 0, lock: 0 }[place.spec.discipline];
      const budgets = place.budgets[item.tenant]!;
      const account = place.account[item.tenant]!;
      budgets[index]! -= amount;
      account.charged += cost;
      account.leastBudget = Math.min(account.leastBudget, budgets[index]!);
    }
  }

  private plainReplenishment(place: Place): void {
    const { budget } = place.spec;
    if (budget?.replenish !== 'period') return;
    const again = (): void => {
      place.replenish(budget.period);
      if (!this.isOver()) this.plan(this.now + budget.period, REPLENISH, again);
    };
    this.plan(budget.period, REPLENISH, again);
  }

  run(until: number): ServersResult {
    for (const place of this.places) {
      this.plainReplenishment(place);
      if (place.spec.idlePoll !== undefined)
        for (const worker of place.workers) this.plan(0, LOOK, () => this.poll(place, worker));
    }
    const arrivals = [...this.given.at];
    const arrival = (i: number): void => {
      if (i + 1 < arrivals.length) this.plan(arrivals[i + 1]!, ARRIVE, () => arrival(i + 1));
      this.arrive(this.items[i]!, 0);
    };
    if (arrivals.length > 0) this.plan(arrivals[0]!, ARRIVE, () => arrival(0));
    while (this.events.length > 0) {
      const first = this.events.reduce((least, event) => (before(event, least) ? event : least));
      if (first.time > until) break;
      this.events = this.events.filter((event) => event !== first);
      this.now = first.time;
      const counts = first.rank !== REPLENISH && first.rank !== LOOK;
      if (counts) this.ended = first.time;
      first.happen();
    }
    return {
      endedAt: this.ended,
      items: this.items.map(({ fate, done, waited }) => ({ fate, done, waited })),
      servers: this.places.map(({ account }) => ({
        used: account.reduce((sum, { used }) => sum + used, 0),
        tenants: account,
      })),
    };
  }
}

function before(a: Event, b: Event): boolean {
  if (a.time !== b.time) return a.time < b.time;
  return a.rank === b.rank ? a.sequence < b.sequence : a.rank < b.rank;
}

/** `haltAt`: no batch is begun from then on. */
export function naiveServers(
  specs: readonly ServerSpec[],
  items: ServerItems,
  until = Infinity,
  haltAt = Infinity,
): ServersResult {
  return new Naive(specs, items, haltAt).run(until);
}
