// Erlang's delay formula: how often a request finds all servers busy. Sums and quotients only, whose bits are the same everywhere.

/** The probability that all `servers` are busy (Erlang C) under `load` erlangs. */
export function erlangC(servers: number, load: number): number {
  let blocked = 1; // Erlang B, by its recurrence over servers
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  const idle = 1 - load / servers;
  return blocked / (idle + (1 - idle) * blocked);
}
