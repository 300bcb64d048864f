// What a folder has beside its rows, so that `merge` need not read them: their sums (sums.json), and a line a host (hosts.ndjson). Parts of
// parts have these alone.

import { createReadStream, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type HostValues, identityOf } from '../fleet/host-table.js';
import type { MergerState } from '../fleet/merge.js';
import type { FleetSum } from '../fleet/simulate.js';
import { GrowingFile, writeAtomically } from './files.js';
import { rowsBytes } from './run-folder.js';

const SUMS = 'sums.json';
const HOSTS = 'hosts.ndjson';

interface KeptSums {
  /** Hosts that are in it. */
  readonly rows: number;
  /** Of the rows that they are the sums of: with more or fewer they are not. */
  readonly bytes: number;
  readonly state: MergerState;
}

/** They are of the rows of a run before. */
export async function dropSums(folder: string): Promise<void> {
  for (const name of [SUMS, HOSTS]) await rm(join(folder, name), { force: true });
}

/** Once lines of all of them are there. */
export async function writeSums(folder: string, sum: FleetSum): Promise<void> {
  const kept: KeptSums = { rows: sum.rows, bytes: rowsBytes(folder), state: sum.state() };
  await writeAtomically(join(folder, SUMS), JSON.stringify(kept));
}

/** Hands hosts on, and keeps a line of each. */
export async function* keepHosts(
  folder: string,
  hosts: AsyncIterable<HostValues> | Iterable<HostValues>,
): AsyncGenerator<HostValues> {
  const file = new GrowingFile(join(folder, HOSTS));
  let isWhole = false;
  try {
    for await (const values of hosts) {
      file.write(Buffer.from(`${JSON.stringify(values)}\n`));
      yield values;
    }
    file.keep();
    isWhole = true;
  } finally {
    if (!isWhole) file.drop();
  }
}

/** A line a host, in their order. */
export async function* readHosts(folder: string): AsyncGenerator<HostValues> {
  for await (const line of createInterface({ input: createReadStream(join(folder, HOSTS)), crlfDelay: Infinity }))
    yield JSON.parse(line) as HostValues;
}

/** Whether so many hosts' sums are there, of the rows that are. */
export async function readSums(folder: string, rows: number): Promise<MergerState | undefined> {
  const text = await readFile(join(folder, SUMS), 'utf8').catch(() => undefined);
  if (text === undefined || statSync(join(folder, HOSTS), { throwIfNoEntry: false }) === undefined) return undefined;
  const kept = JSON.parse(text) as KeptSums;
  return kept.rows === rows && kept.bytes === rowsBytes(folder) ? kept.state : undefined;
}

/** Adds them to the others. */
export async function absorbSums(sum: FleetSum, folder: string, state: MergerState): Promise<void> {
  const hosts = [];
  for await (const values of readHosts(folder)) hosts.push(identityOf(values));
  sum.absorb(state, hosts);
}
