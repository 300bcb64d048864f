// Functions of a fleet: read or drawn once for all hosts, and dealt out. A function is at home on `spread` hosts, drawn by how much memory they
// keep for functions; its calls go to those of them that are open, in turns. That is assumed: no provider publishes its own rule.

import { readLifecycle } from '../lifecycle/read.js';
import type { FunctionSpec, Invocations } from '../lifecycle/spec.js';
import { functionStream } from '../workload/functions.js';
import type { TraceHost } from '../workload/text-source.js';
import { DRAW } from './host-events.js';
import type { Outages } from './outages.js';
import type { Fleet, FleetFunctions } from './types.js';

/** Functions with their calls, in order of time. */
export interface FunctionCalls {
  readonly functions: readonly FunctionSpec[];
  readonly invocations: Invocations;
}

/** Up to the fleet's end. @throws InputError for a file that is missing or wrong */
export async function readFunctions(
  { seed, functions }: Fleet,
  endNs: number,
  files: TraceHost,
  onNote?: (note: string) => void,
): Promise<FunctionCalls | undefined> {
  if (functions === undefined) return undefined;
  const { given, lifecycle } = functions;
  const read = await readLifecycle({ seed, durationNs: endNs, warmupNs: 0, lifecycle, functions: given }, files);
  for (const { detail } of read.notes) onNote?.(`functions: ${detail}`);
  return read.spec;
}

/** What a host of each type keeps for functions, in whole bytes. */
export const reservedBytes = ({ reserve }: FleetFunctions, memoryBytes: number): number =>
  Math.floor(memoryBytes * reserve.memory);

/** Which hosts a function has, one draw after the other. */
class Homes {
  private readonly ends: Float64Array;

  constructor(
    private readonly fleet: Fleet,
    private readonly bytesOf: readonly number[],
  ) {
    let sum = 0;
    this.ends = Float64Array.from(fleet.hosts, ({ count }, type) => (sum += count * bytesOf[type]!));
  }

  /** The list of a function, which grows when it is asked for more; those on which it can never run come in where there are no others. */
  of({ name, memoryBytes, memoryPerRequestBytes }: FunctionSpec): (i: number) => number | undefined {
    const need = memoryBytes + memoryPerRequestBytes;
    const fits = this.bytesOf.some((bytes) => bytes >= need);
    const takes = (type: number): boolean => !fits || this.bytesOf[type]! >= need;
    const most = this.fleet.hosts.reduce((sum, { count }, type) => sum + (takes(type) ? count : 0), 0);
    const random = functionStream(this.fleet.seed, name);
    random.absorb(DRAW.home);
    const list: number[] = [];
    const known = new Set<number>();
    return (i) => {
      while (list.length <= Math.min(i, most - 1)) {
        let host = this.at(random.unit());
        // it has that one, or cannot run there: the next one by number
        while (known.has(host) || !takes(this.typeOf(host))) host = (host + 1) % this.count;
        known.add(host);
        list.push(host);
      }
      return list[i];
    };
  }

  private get count(): number {
    return this.fleet.hosts.reduce((sum, { count }) => sum + count, 0);
  }

  private typeOf(host: number): number {
    let left = host;
    return this.fleet.hosts.findIndex(({ count }) => (left -= count) < 0);
  }

  /** By memory: host after host, each as long as what it keeps for functions. */
  private at(share: number): number {
    const all = this.ends.at(-1)!;
    const place = share * all;
    const type = this.ends.findIndex((end) => place < end);
    const before = type === 0 ? 0 : this.ends[type - 1]!;
    const first = this.fleet.hosts.slice(0, type).reduce((sum, { count }) => sum + count, 0);
    const within = Math.floor((place - before) / this.bytesOf[type]!);
    return first + Math.min(within, this.fleet.hosts[type]!.count - 1);
  }
}

/** No host was open. */
export const NOWHERE = -1;

export interface Dealt extends FunctionCalls {
  /** By call; NOWHERE where no host was open. */
  readonly hosts: Int32Array;
  /** Hosts of each function: those that it has as long as all are open, and those that took calls of it meanwhile. */
  readonly homes: readonly ReadonlySet<number>[];
}

/**
 * A host for every call. The n-th burst of a function (a call, where it has no width) goes to the n-th of those of its hosts that are open,
 * and where one is out the next draw stands in for it.
 */
export function dealOut(fleet: Fleet, { functions, invocations }: FunctionCalls, outages: Outages): Dealt {
  const given = fleet.functions!;
  const bytes = fleet.hosts.map(({ memoryBytes }) => reservedBytes(given, memoryBytes));
  const all = new Homes(fleet, bytes);
  const lists = functions.map((one) => all.of(one));
  const homes = lists.map((list) => {
    const own = Array.from({ length: given.spread }, (_, i) => list(i));
    return new Set(own.filter((host) => host !== undefined));
  });
  const width = given.given.generated?.width ?? 1;
  const [calls, told] = [new Float64Array(functions.length), new Float64Array(functions.length)];
  const { atNs, fn, serviceNs } = invocations;
  const hosts = new Int32Array(atNs.length);
  const sweep = outages.sweep();
  for (let call = 0; call < atNs.length; call++) {
    sweep.to(atNs[call]!);
    const one = fn[call]!;
    // an announcement goes where its burst goes
    const turn = serviceNs[call]! < 0 ? told[one]!++ : Math.floor(calls[one]!++ / width);
    const open = openOf(lists[one]!, given.spread, sweep);
    const host = open.length === 0 ? NOWHERE : open[turn % open.length]!;
    hosts[call] = host;
    if (host !== NOWHERE) homes[one]!.add(host);
  }
  return { functions, invocations, hosts, homes };
}

function openOf(list: (i: number) => number | undefined, spread: number, sweep: { isOpen(host: number): boolean }) {
  const open: number[] = [];
  for (let i = 0; open.length < spread; i++) {
    const host = list(i);
    if (host === undefined) break;
    if (sweep.isOpen(host)) open.push(host);
  }
  return open;
}
