// What comes to a datapath whose tenants send at fixed intervals: the packets one by one, for the naive servers.

import type { ServerItems } from '../../../src/server/run.js';
import type { PacketTenant } from '../../../src/systems/virtuoso.js';

interface Packet {
  readonly at: number;
  readonly tenant: number;
  readonly k: number;
}

/** In order of arrival; of one instant, in the order in which the packets were planned, each when the tenant's last had come. */
function inOrder(tenants: readonly PacketTenant[], until: number): Packet[] {
  const time = (tenant: number, k: number): number => {
    const { arrivals } = tenants[tenant]!;
    if (arrivals.process !== 'deterministic') throw new Error('only fixed intervals can be listed');
    return Math.floor(arrivals.first + arrivals.gap * k + 0.5);
  };
  const planned: Packet[] = tenants.map((_, tenant) => ({ at: time(tenant, 0), tenant, k: 0 }));
  const packets: Packet[] = [];
  for (;;) {
    const next = planned.reduce((least, one) => (one.at < least.at ? one : least)); // the first planned of equals
    if (next.at >= until) return packets;
    packets.push(next);
    planned.splice(planned.indexOf(next), 1);
    planned.push({ at: time(next.tenant, next.k + 1), tenant: next.tenant, k: next.k + 1 });
  }
}

export function packetsOf(tenants: readonly PacketTenant[], until: number, stages: number): ServerItems {
  const packets = inOrder(tenants, until);
  const column = (of: (tenant: PacketTenant) => number): number[] => packets.map(({ tenant }) => of(tenants[tenant]!));
  return {
    at: Float64Array.from(packets, ({ at }) => at),
    tenant: Uint32Array.from(packets, ({ tenant }) => tenant),
    size: Uint32Array.from(column(({ bytes }) => bytes)),
    costs: Array.from({ length: stages }, (_, stage) =>
      Float64Array.from(
        column(({ cost }) => {
          const part = Math.floor(cost / stages);
          return stage === 0 ? cost - part * (stages - 1) : part;
        }),
      ),
    ),
  };
}
