// Nanvix once more, call by call as docs/nanvix.md tells it: a user VM each, a system VM a tenant.

import type { NanvixSpec, RequestColumns } from '../../../src/systems/run.js';
import { Held, join, Kept, RANK, Server, type Vm, Waiting, World } from './world.js';

/** Behind a system VM that is ready at the same instant. */
const USER_READY = 2;

interface Tenant {
  state: 'down' | 'starting' | 'up';
  vm: Vm | null;
  calls: number;
  waiting: (() => void)[];
  readonly server: Server;
}

export function naiveNanvix(spec: NanvixSpec, requests: RequestColumns, seen?: (rules: Kept['seen']) => void) {
  const world = new World();
  const cores = new Server(world, spec.cores);
  const kept = new Kept(world, spec.memoryBytes, spec.policy ?? 'fixed', spec.keepNs);
  const systems = new Held(world);
  const tenants = Array.from({ length: spec.tenants }, (): Tenant => {
    return { state: 'down', vm: null, calls: 0, waiting: [], server: new Server(world, 1) };
  });
  const count = requests.at.length;
  const latencyNs = new Float64Array(count);
  const startedNs = new Float64Array(count);
  const systemCold = new Uint8Array(count);
  let [open, systemStarts, systemWaitNs, calls] = [count, 0, 0, 0];
  kept.gone = ({ fn, bytes }) => {
    tenants[fn]!.state = 'down';
    systems.add(-bytes);
  };

  const run = (i: number, tenant: Tenant, over: () => void): void => {
    const parts = spec.ioPerCall + 1;
    const io = requests.fetch[i]!;
    const until = (part: number): number => Math.floor((requests.compute[i]! * part) / parts);
    const part = (done: number): void =>
      cores.send(until(done + 1) - until(done), () => {
        if (done === spec.ioPerCall) return over();
        world.plan(world.now + spec.crossingNs, RANK.end, () => {
          const came = world.now;
          tenant.server.send(io, () => {
            calls++;
            systemWaitNs += world.now - came - io;
            world.plan(world.now + spec.crossingNs, RANK.end, () => part(done + 1));
          });
        });
      });
    part(0);
  };

  const startSystem = (tenant: Tenant, fn: number): void => {
    tenant.vm = kept.make(fn, spec.systemBytes);
    tenant.state = 'starting';
    systems.add(spec.systemBytes);
    systemStarts++;
    world.plan(world.now + spec.systemStartNs, RANK.end, () => {
      tenant.state = 'up';
      for (const go of tenant.waiting.splice(0)) go();
    });
  };

  const waiting = new Waiting((i) => {
    const fn = requests.fn[i]!;
    const tenant = tenants[fn]!;
    const down = tenant.state === 'down';
    const idle = tenant.state === 'up' && tenant.calls === 0 ? tenant.vm : null;
    const need = spec.userBytes + (down ? spec.systemBytes : 0);
    if (!kept.could(need, idle)) return false;
    if (idle !== null) kept.reuse(fn);
    kept.room(need);
    if (down) {
      systemCold[i] = 1;
      startSystem(tenant, fn);
    }
    kept.all.add(spec.userBytes);
    tenant.calls++;
    startedNs[i] = world.now;
    const go = (): void =>
      run(i, tenant, () => {
        latencyNs[i] = world.now - requests.at[i]!;
        open--;
        kept.all.add(-spec.userBytes);
        kept.ended(fn);
        if (--tenant.calls === 0) kept.end(tenant.vm!);
        waiting.admit();
      });
    const user = (then: () => void): void => world.plan(world.now + spec.userStartNs, USER_READY, then);
    if (tenant.state !== 'starting') user(go);
    else if (spec.parallelStart) join([user, (done) => tenant.waiting.push(done)], go);
    else tenant.waiting.push(() => user(go));
    return true;
  });
  kept.freed = () => waiting.admit();
  kept.ahead = (fn) => {
    const tenant = tenants[fn]!;
    if (tenant.state !== 'down') return undefined;
    const vm = kept.lay(fn, spec.systemBytes);
    if (vm === undefined) return undefined;
    tenant.vm = vm;
    tenant.state = 'up';
    systems.add(spec.systemBytes);
    return vm;
  };

  requests.at.forEach((at, i) =>
    world.plan(at, RANK.arrival, () => {
      kept.arrives(requests.fn[i]!);
      waiting.arrive(i);
    }),
  );
  world.run(() => open > 0);
  kept.settle();
  seen?.(kept.seen);
  systems.add(0);
  return {
    latencyNs,
    startedNs,
    systemCold,
    coreNs: cores.used,
    byteNs: kept.all.byteNs,
    dormantByteNs: kept.dormant.byteNs,
    systemByteNs: systems.byteNs,
    peakBytes: kept.all.peak,
    evicted: kept.evicted,
    expired: kept.expired,
    endedNs: world.now,
    systemStarts,
    systemWaitNs,
    calls,
  };
}
