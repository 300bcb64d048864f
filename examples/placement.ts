// A placement rule: of the hosts in use, the one whose free cores and free memory are the most even after the VM, so
// that neither is left without the other; an empty host where no other has room.
// fluxhost fleet examples/fleet.yaml --placement examples/placement.ts
import type { PlacementPolicy } from 'fluxhost';

const evenest: PlacementPolicy = (vm, hosts) => {
  let [best, least] = [-1, Infinity]; // -1: no host takes it
  for (let host = 0; host < hosts.count; host++) {
    const cores = hosts.freeCores(host) - vm.cores;
    const bytes = hosts.freeBytes(host) - vm.bytes;
    if (!hosts.isOpen(host) || cores < 0 || bytes < 0) continue;
    const skew = Math.abs(cores / hosts.cores(host) - bytes / hosts.bytes(host));
    const cost = skew + (hosts.vms(host) === 0 ? 1 : 0); // skew is below 1
    if (cost < least) [best, least] = [host, cost];
  }
  return best;
};

export default evenest;
