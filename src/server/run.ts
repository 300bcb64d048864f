// Servers with budgets in a row (assembly/server), behind names: who is served when, who is dropped and why, who used how much.
// Times and costs are whole numbers of one unit, the caller's. Rules: docs/model/server.md.

import * as L from '../../assembly/server/layout.js';
import { compileCore, instantiateCore } from '../core/load.js';

/** How a server chooses whom to serve, and what it charges for it. */
export const DISCIPLINES = {
  fifo: L.FIFO,
  cycles: L.CYCLES,
  packets: L.PACKETS,
  bytes: L.BYTES,
  siloed: L.SILOED,
  lock: L.LOCK,
} as const;
export type Discipline = keyof typeof DISCIPLINES;

export interface ServerTenant {
  readonly weight: number;
  /** Items of it that may wait at one stage; null: no bound. */
  readonly limit: number | null;
}

export interface ServerSpec {
  readonly workers: number;
  /** Items that a worker takes at once, of any stage or of each. */
  readonly batch: number | readonly number[];
  /** Each item passes so many, one after the other. */
  readonly stages: number;
  readonly discipline: Discipline;
  /** Time between two polls of an idle worker; absent: it polls when an item comes. */
  readonly idlePoll?: number;
  /** Items of all tenants that may wait at one stage; null: no bound. */
  readonly limit: number | null;
  readonly tenants: readonly ServerTenant[];
  readonly lock?: LockRules;
  /** Of cycles, packets and bytes. */
  readonly budget?: {
    /** What a budget holds at most, and at the start. */
    readonly cap: number;
    readonly period: number;
    /** Of a worker's time, together. */
    readonly boost: number;
    /** At every whole period, or when a worker polls after one, by what has passed. */
    readonly replenish: 'period' | 'poll';
  };
}

/** Of the discipline lock, which has one stage and batches of 1. */
export interface LockRules {
  /** How long a holder keeps it while somebody waits. */
  readonly interval: number;
  /** A hand-over to an item that has waited, and for each that waits on. */
  readonly switch: number;
  readonly perWaiter: number;
}

/** In order of arrival. */
export interface ServerItems {
  readonly at: Float64Array;
  readonly tenant: Uint32Array;
  /** One array a stage, of all servers one after the other. */
  readonly costs: readonly Float64Array[];
  /** What `bytes` charges. */
  readonly size?: Uint32Array;
}

export type Fate = 'in flight' | 'served' | 'budget' | 'queue';
const FATES: readonly Fate[] = ['in flight', 'served', 'budget', 'queue'];

export interface ServerAccount {
  readonly arrived: number;
  readonly served: number;
  /** By reason. */
  readonly dropped: { readonly budget: number; readonly queue: number };
  readonly used: number;
  readonly charged: number;
  /** The least that any of its budgets has held. */
  readonly leastBudget: number;
}

export interface ServersResult {
  /** When the last event was. */
  readonly endedAt: number;
  readonly items: readonly { readonly fate: Fate; readonly done: number; readonly waited: number }[];
  readonly servers: readonly { readonly used: number; readonly tenants: readonly ServerAccount[] }[];
}

interface Exports {
  serverBegin(workers: number): number;
  serverItems(count: number): number;
  serverMake(
    workers: number,
    batch: number,
    stages: number,
    discipline: number,
    tenants: number,
    limit: number,
    cap: number,
    before: number,
    costFrom: number,
  ): number;
  serverBudget(at: number, period: number, boost: number, atPoll: boolean): void;
  serverBatch(at: number, stage: number, batch: number): void;
  serverLock(at: number, interval: number, switchCost: number, perWaiter: number): void;
  serverIdlePoll(at: number, every: number): void;
  serverTenant(at: number, tenant: number, weight: number, limit: number): void;
  serverRun(items: number, count: number, until: number): number;
  serverTenants(at: number): number;
  serverUsed(at: number): number;
}

const noMemory = (): never => {
  throw new RangeError('servers: memory does not reach for the items');
};

function fill(view: DataView, { at, tenant, costs, size }: ServerItems): void {
  for (let i = 0; i < at.length; i++) {
    const from = i * L.ITEM_BYTES;
    view.setBigUint64(from + L.ITEM_AT, BigInt(at[i]!), true);
    costs.forEach((cost, stage) => view.setBigUint64(from + L.ITEM_COSTS + 8 * stage, BigInt(cost[i]!), true));
    view.setUint32(from + L.ITEM_SIZE, size?.[i] ?? 0, true);
    view.setUint32(from + L.ITEM_TENANT, tenant[i]!, true);
  }
}

function make(exports: Exports, specs: readonly ServerSpec[]): number[] {
  const made: number[] = [];
  let stages = 0;
  for (const spec of specs) {
    const { workers, batch, stages: own, discipline, tenants, limit, budget, idlePoll = 0, lock } = spec;
    if (discipline === 'lock' && (lock === undefined || own !== 1 || batch !== 1))
      throw new RangeError('servers: a lock is expected to have its rules, one stage and batches of 1');
    const cap = budget?.cap ?? 0;
    const kind = DISCIPLINES[discipline];
    const before = made.at(-1) ?? 0;
    const first = typeof batch === 'number' ? batch : batch[0]!;
    const at = exports.serverMake(workers, first, own, kind, tenants.length, limit ?? 0, cap, before, stages);
    if (at === 0) noMemory();
    if (typeof batch !== 'number') batch.forEach((size, stage) => exports.serverBatch(at, stage, size));
    exports.serverIdlePoll(at, idlePoll);
    if (lock !== undefined) exports.serverLock(at, lock.interval, lock.switch, lock.perWaiter);
    if (budget !== undefined) exports.serverBudget(at, budget.period, budget.boost, budget.replenish === 'poll');
    tenants.forEach((tenant, index) => exports.serverTenant(at, index, tenant.weight, tenant.limit ?? 0));
    made.push(at);
    stages += own;
  }
  if (stages > L.STAGES_MAX) throw new RangeError(`servers: given ${stages} stages, expected at most ${L.STAGES_MAX}`);
  return made;
}

export function serverAccounts(view: DataView, from: number, count: number): ServerAccount[] {
  return Array.from({ length: count }, (_, tenant) => {
    const word = (index: number): number => Number(view.getBigUint64(from + tenant * L.TENANT_BYTES + 8 * index, true));
    return {
      arrived: word(0),
      served: word(1),
      dropped: { budget: word(2), queue: word(3) },
      used: word(4),
      charged: word(5),
      leastBudget: Number(view.getBigInt64(from + tenant * L.TENANT_BYTES + 48, true)),
    };
  });
}

/**
 * What is served leaves one server for the next.
 *
 * @throws RangeError where there are more stages than an item has costs for, or memory does not reach
 */
export async function runServers(
  specs: readonly ServerSpec[],
  items: ServerItems,
  { module, until = Infinity }: { module?: WebAssembly.Module | undefined; until?: number } = {},
): Promise<ServersResult> {
  const { exports: raw, memory } = instantiateCore(await compileCore(module));
  const exports = raw as unknown as Exports;
  const count = items.at.length;
  if (exports.serverBegin(specs.reduce((sum, { workers }) => sum + workers, 0)) !== L.SERVER_OK) noMemory();
  const at = exports.serverItems(count);
  if (at === 0) noMemory();
  const made = make(exports, specs);
  fill(new DataView(memory.buffer, at), items);
  const endedAt = exports.serverRun(at, count, until);
  const view = new DataView(memory.buffer);
  return {
    endedAt,
    items: Array.from({ length: count }, (_, i) => {
      const from = at + i * L.ITEM_BYTES;
      return {
        fate: FATES[view.getUint32(from + L.ITEM_FATE, true)]!,
        done: Number(view.getBigUint64(from + L.ITEM_DONE, true)),
        waited: Number(view.getBigUint64(from + L.ITEM_WAITED, true)),
      };
    }),
    servers: made.map((server, index) => ({
      used: exports.serverUsed(server),
      tenants: serverAccounts(view, exports.serverTenants(server), specs[index]!.tenants.length),
    })),
  };
}
