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
