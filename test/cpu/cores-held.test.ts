// How many cores a VM counts as its own: decided moves are booked at once, and whatever a vCPU does meanwhile, nothing twice.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS, Simulation } from '../../src/index.js';
import { contended } from '../support/contended.js';

describe('cores held', () => {
  it.each(MECHANISM_KINDS)(
    '%s: never below none, never more than the VM may have, nor all together than there are',
    async (kind) => {
      // under cgroup vCPUs often give a core up at the very time at which a quota ends
      const input = contended(kind, 'plain', kind === 'cgroup' ? { kind, period: '1ms' } : undefined);
      const simulation = await Simulation.create({ ...input, duration: '30ms' });
      const exports = simulation['core']['exports'] as unknown as {
        coresHeld(vm: number): number;
        idleCores(): number;
      };
      const most = input.vms.flatMap(({ count, vcpus }) => new Array<number>(count ?? 1).fill(vcpus.max));
      const wrong: string[] = [];
      let looks = 0;
      while (!simulation.done) {
        await simulation.runFor(20_000);
        const held = most.map((_, vm) => exports.coresHeld(vm));
        held.forEach((n, vm) => {
          if (!(n >= 0 && n <= most[vm]!)) wrong.push(`VM ${vm} at ${simulation.nowNs} ns: ${n} of ${most[vm]}`);
        });
        const all = held.reduce((sum, n) => sum + n, exports.idleCores());
        if (!(all <= input.host.cores)) wrong.push(`all at ${simulation.nowNs} ns: ${all} of ${input.host.cores}`);
        looks++;
      }
      expect(wrong).toEqual([]);
      expect(looks).toBeGreaterThan(1000);
      simulation.close();
    },
  );
});
