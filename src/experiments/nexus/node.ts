// The same requests on one node with a fabric in every guest and with the shared backend, and what is saved over the shares of the
// fabric that the abstract allows.

import { runNexus, type SystemRun } from '../../systems/run.js';
import { mean } from '../draw.js';
import type { Settings } from '../parameters.js';
import { type Given, requestsOf, specOf, type Transport } from './host.js';

const MS = 1e6;

export interface Node {
  readonly cpuPerRequestMs: number;
  readonly meanMemoryMiB: number;
  /** null: no request was. */
  readonly warmMs: number | null;
  readonly coldMs: number | null;
  readonly lost: number;
}

function nodeOf(run: SystemRun): Node {
  const of = (cold: number): number | null => {
    const those = run.latencyNs.filter((_, i) => run.cold[i] === cold);
    return those.length === 0 ? null : mean(those) / MS;
  };
  return {
    cpuPerRequestMs: (run.coreNs + run.backendNs) / run.latencyNs.length / MS,
    meanMemoryMiB: run.byteNs / run.endedNs / 2 ** 20,
    warmMs: of(0),
    coldMs: of(1),
    lost: run.lost,
  };
}

/** What the abstract allows: up to half of the CPU time, more than a quarter of the memory. */
const ALLOWED_CPU = [0, 0.1, 0.2, 0.3, 0.4, 0.5];
const ALLOWED_MEMORY = [0.25, 0.3, 0.35, 0.5, 0.75, 0.99];

/** The least and the most that is saved over values of one parameter. */
async function savedOver(
  values: readonly number[],
  path: string,
  settings: Settings,
  saved: (changed: Settings) => Promise<number>,
): Promise<[number, number]> {
  const found: number[] = [];
  for (const value of values) found.push(await saved(settings.with({ [path]: value })));
  return [Math.min(...found), Math.max(...found)];
}

/** The same requests with a fabric in every guest, and with the shared backend. */
export async function nodes(settings: Settings, transport: Transport, given: Given, module?: WebAssembly.Module) {
  const functions = settings.number('functions');
  const requests = requestsOf(settings, transport, functions, given);
  const opUs = settings.number('opCost');
  const run = async (workers: number, down = false, of = settings): Promise<Node> => {
    const spec = specOf(of, { transport, workers, opUs }, functions, given);
    const away = { atNs: settings.number('down.at') * 1e9, forNs: settings.number('down.for') * 1e9 };
    return nodeOf(await runNexus(down ? { ...spec, down: away } : spec, requests, module));
  };
  const workers = settings.number('workers');
  const [guest, nexus] = [await run(0), await run(workers)];
  return {
    requests: requests.at.length,
    guest,
    nexus,
    cpuSaved: await savedOver(ALLOWED_CPU, 'fabricCpu', settings, async (changed) => {
      const own = nodeOf(
        await runNexus(specOf(changed, { transport, workers: 0, opUs }, functions, given), requests, module),
      );
      return 1 - nexus.cpuPerRequestMs / own.cpuPerRequestMs;
    }),
    memorySaved: await savedOver(ALLOWED_MEMORY, 'fabricMemory', settings, async (changed) => {
      const own = nodeOf(
        await runNexus(specOf(changed, { transport, workers, opUs }, functions, given), requests, module),
      );
      return 1 - own.meanMemoryMiB / guest.meanMemoryMiB;
    }),
    lostAfterAck: (await run(workers, true)).lost,
    lostBefore: (await run(workers, true, settings.with({ writeback: 'before' }))).lost,
  };
}
