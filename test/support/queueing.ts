// Closed forms of queueing theory, from the textbooks (Kleinrock 1975; Gross & Harris; Reiser & Lavenberg 1980 for MVA;
// Nelson & Tantawi 1988 for the two-way fork-join). Times are in whatever unit the mean service is given in.

/** Erlang B by its recursion: the share of arrivals that find k servers busy and are lost. */
export function erlangB(k: number, load: number): number {
  const offered = k * load;
  let blocked = 1;
  for (let n = 1; n <= k; n++) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked;
}

/** Erlang C: the share of arrivals of M/M/k that wait. */
export function erlangC(k: number, load: number): number {
  const blocked = erlangB(k, load);
  return blocked / (1 - load * (1 - blocked));
}

/** Mean wait of M/M/k. */
export function mmkWait(k: number, load: number, service: number): number {
  return (erlangC(k, load) * service) / (k * (1 - load));
}

/** P(time in system > t) of M/M/k, FIFO. */
export function mmkTail(k: number, load: number, service: number, t: number): number {
  const waits = erlangC(k, load);
  const drain = (k * (1 - load)) / service; // rate of the exponential wait of those who wait
  const mu = 1 / service;
  if (Math.abs(drain - mu) < 1e-9 * mu) return Math.exp(-mu * t) * (1 + waits * mu * t);
  return (
    (1 - waits) * Math.exp(-mu * t) + (waits * (drain * Math.exp(-mu * t) - mu * Math.exp(-drain * t))) / (drain - mu)
  );
}

/** Quantile q of M/M/k's time in system, by bisection. */
export function mmkQuantile(k: number, load: number, service: number, q: number): number {
  let low = 0;
  let high = service;
  while (mmkTail(k, load, service, high) > 1 - q) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (mmkTail(k, load, service, middle) > 1 - q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Mean wait of M/G/1 (Pollaczek–Khinchine); scv: variance / mean² of the service. */
export function mg1Wait(load: number, service: number, scv: number): number {
  return (load * service * (1 + scv)) / (2 * (1 - load));
}

/** Mean time in system of a two-way fork-join of M/M/1. */
export function forkJoin2(load: number, service: number): number {
  return ((12 - load) / 8) * (service / (1 - load));
}

/** Mean time at a single exponential server of `clients` who think between requests (exact MVA); X: throughput. */
export function machineRepairman(clients: number, think: number, service: number): { W: number; X: number } {
  let queue = 0;
  let W = 0;
  let X = 0;
  for (let n = 1; n <= clients; n++) {
    W = service * (1 + queue);
    X = n / (think + W);
    queue = X * W;
  }
  return { W, X };
}

/** Of a queue with finite room: the share of arrivals that are lost, and the mean time in system of the others. */
export interface Bounded {
  readonly lost: number;
  readonly W: number;
}

/** From the chances of each number present as arrivals see it, the last one being full. */
function bounded(chances: readonly number[], rate: number): Bounded {
  const total = chances.reduce((sum, p) => sum + p, 0);
  const present = chances.reduce((sum, p, n) => sum + n * p, 0) / total;
  const lost = chances.at(-1)! / total;
  return { lost, W: present / (rate * (1 - lost)) };
}

/** M/M/k/room, by its birth-death chain; `room` counts those in service too. */
export function mmkRoom(k: number, room: number, load: number, service: number): Bounded {
  const chances = [1];
  for (let n = 1; n <= room; n++) chances.push((chances[n - 1]! * k * load) / Math.min(n, k));
  return bounded(chances, (k * load) / service);
}

/** A service law as its values and their chances. */
export type Atoms = readonly { readonly chance: number; readonly value: number }[];

/**
 * M/G/1/room, by the chain at departures (Gross & Harris): what departures leave behind has the chances that M/G/1 has there,
 * up to a factor. `law` undefined: exponential.
 */
export function mg1Room(room: number, load: number, service: number, law?: Atoms): Bounded {
  const rate = load / service;
  const arrivals = Array.from({ length: room }, (_, j) => {
    if (law === undefined) return (load / (1 + load)) ** j / (1 + load);
    return law.reduce((sum, { chance, value }) => sum + chance * poisson(rate * value, j), 0);
  });
  const left = [1];
  for (let j = 0; j + 1 < room; j++) {
    let next = left[j]! - arrivals[j]!;
    for (let i = 1; i <= j; i++) next -= left[i]! * arrivals[j - i + 1]!;
    left.push(next / arrivals[0]!);
  }
  const total = left.reduce((sum, p) => sum + p, 0);
  const scale = left[0]! / total + load;
  const chances = left.map((p) => p / total / scale);
  return bounded([...chances, 1 - 1 / scale], rate);
}

function poisson(mean: number, n: number): number {
  let chance = Math.exp(-mean);
  for (let i = 1; i <= n; i++) chance *= mean / i;
  return chance;
}

/** Thinking clients and one exponential server with finite room, where a client that finds it full thinks again. */
export function clientsRoom(clients: number, room: number, think: number, service: number): Bounded & { X: number } {
  const chances = [1];
  for (let n = 1; n <= room; n++) chances.push((chances[n - 1]! * (clients - n + 1) * service) / think);
  const total = chances.reduce((sum, p) => sum + p, 0);
  const X = (1 - 1 / total) / service;
  const asked = chances.reduce((sum, p, n) => sum + (p * (clients - n)) / think, 0) / total;
  const present = chances.reduce((sum, p, n) => sum + n * p, 0) / total;
  return { lost: 1 - X / asked, W: present / X, X };
}
