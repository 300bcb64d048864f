// Nexus once more, request by request as docs/nexus.md tells it: with a fabric in every guest, or a backend that all share.

import type { NexusSpec, RequestColumns } from '../../../src/systems/run.js';
import { join, Kept, RANK, Server, type Vm, Waiting, World } from './world.js';

export function naiveNexus(spec: NexusSpec, requests: RequestColumns, seen?: (rules: Kept['seen']) => void) {
  const world = new World();
  const cores = new Server(world, spec.cores - spec.workers);
  const backend = spec.workers === 0 ? null : new Server(world, spec.workers);
  const kept = new Kept(world, spec.memoryBytes, spec.policy ?? 'fixed', spec.keepNs);
  const count = requests.at.length;
  const latencyNs = new Float64Array(count);
  const startedNs = new Float64Array(count);
  const cold = new Uint8Array(count);
  const lost = new Set<number>();
  let open = count;

  const after = (lengthNs: number, then: () => void): void => world.plan(world.now + lengthNs, RANK.end, then);

  /** The phase's length passes, its CPU time on one core or two. */
  const fabric = (i: number, lengthNs: number, then: () => void): void => {
    const moved = requests.fetch[i]! + requests.write[i]!;
    const cpu = moved === 0 ? 0 : Math.floor((spec.fabricNs * lengthNs) / moved + 0.5);
    const parts = [(done: () => void) => after(lengthNs, done)];
    if (cpu > lengthNs) {
      parts.push((done) => cores.send(Math.floor(cpu / 2), done));
      parts.push((done) => cores.send(cpu - Math.floor(cpu / 2), done));
    } else if (cpu > 0) parts.push((done) => cores.send(cpu, done));
    join(parts, then);
  };

  /** A worker for its cost, then the network. */
  const operation = (lengthNs: number, then: () => void, answered: number | null = null): void =>
    backend!.send(spec.opNs, () => after(lengthNs, then), answered);

  const answer = (i: number, vm: Vm): void => {
    latencyNs[i] = world.now - requests.at[i]!;
    open--;
    kept.ended(vm.fn);
    kept.end(vm);
    if (backend !== null && spec.writeAfter && requests.write[i]! > 0) {
      if (backend.halted) lost.add(i);
      else {
        open++;
        operation(requests.write[i]!, () => open--, i);
      }
    }
    waiting.admit();
  };

  const serve = (i: number, vm: Vm, isCold: boolean): void => {
    const [fetchNs, writeNs] = [requests.fetch[i]!, requests.write[i]!];
    const respond = (): void => world.plan(world.now + spec.respondNs, RANK.answer, () => answer(i, vm));
    const write = (): void => {
      if (writeNs === 0 || (backend !== null && spec.writeAfter)) respond();
      else if (backend === null) fabric(i, writeNs, respond);
      else operation(writeNs, respond);
    };
    const compute = (): void => cores.send(requests.compute[i]!, write);
    const fetch = (): void => {
      if (fetchNs === 0) compute();
      else if (backend === null) fabric(i, fetchNs, compute);
      else operation(fetchNs, compute);
    };
    const connect = (): void => {
      if (backend === null && spec.connectNs > 0) fabric(i, spec.connectNs, fetch);
      else fetch();
    };
    if (!isCold) fetch();
    else if (backend !== null && spec.prefetch && fetchNs > 0)
      join([(done) => after(spec.restoreNs, done), (done) => operation(fetchNs, done)], compute);
    else after(spec.restoreNs, connect);
  };

  const waiting = new Waiting((i) => {
    const fn = requests.fn[i]!;
    const warm = kept.reuse(fn);
    if (warm === null && !kept.room(spec.bytes[fn]!)) return false;
    const vm = warm ?? kept.make(fn, spec.bytes[fn]!);
    startedNs[i] = world.now;
    cold[i] = Number(warm === null);
    serve(i, vm, warm === null);
    return true;
  });
  kept.freed = () => waiting.admit();
  kept.ahead = (fn) => kept.lay(fn, spec.bytes[fn]!);

  requests.at.forEach((at, i) =>
    world.plan(at, RANK.arrival, () => {
      kept.arrives(requests.fn[i]!);
      waiting.arrive(i);
    }),
  );
  const { down } = spec;
  if (backend !== null && down !== undefined && down.forNs > 0) {
    world.plan(down.atNs, RANK.answer, () => {
      backend.halted = true;
      for (const job of backend.queue)
        if (job.answered !== null) {
          lost.add(job.answered);
          job.cost = 0;
        }
    });
    world.plan(down.atNs + down.forNs, RANK.answer, () => {
      backend.halted = false;
      backend.look();
    });
  }
  world.run(() => open > 0);
  kept.settle();
  seen?.(kept.seen);
  return {
    latencyNs,
    startedNs,
    cold,
    lost: lost.size,
    coreNs: cores.used,
    backendNs: backend?.used ?? 0,
    byteNs: kept.all.byteNs,
    dormantByteNs: kept.dormant.byteNs,
    peakBytes: kept.all.peak,
    evicted: kept.evicted,
    expired: kept.expired,
    endedNs: world.now,
  };
}
