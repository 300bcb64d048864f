// How fast tasks get on: beside sibling hardware threads, and where VMs want more memory bandwidth than there is.

import { changeSpeed } from './guest.js';
import type { Host, Vcpu } from './types.js';

/** Whether the vCPU shares its physical core with those on sibling threads. */
function works(h: Host, v: Vcpu): boolean {
  return v.state === 'running' ? !v.switching : v.state === 'spinning' && h.scenario.host.smtSpin;
}

/** Bytes a second that the vCPU wants to move. */
export function traffic(v: Vcpu | null): number {
  return v !== null && v.state === 'running' ? (v.vm.spec.bandwidthPerVcpuBytesPerSecond ?? 0) : 0;
}

export function speedOf(h: Host, v: Vcpu): number {
  const { smt, smtFactor, memoryBandwidthBytesPerSecond: available } = h.scenario.host;
  let speed = 1;
  const beside = h.cores.some(
    (c) => c.physical === v.core!.physical && c.vcpu !== null && c.vcpu !== v && works(h, c.vcpu),
  );
  if (smt > 1 && beside) speed = smtFactor;
  if (available !== undefined && traffic(v) > 0) {
    const wanted = h.cores.reduce((sum, core) => sum + traffic(core.vcpu), 0);
    if (wanted > available) speed *= available / wanted;
  }
  return speed;
}

/** Some vCPU began or stopped working: whoever's speed changed gets on at the new one from now on. */
export function speedsChanged(h: Host): void {
  for (const { vcpu } of h.cores) {
    const running = vcpu?.running;
    if (!running) continue;
    const speed = speedOf(h, vcpu);
    if (speed !== running.speed) changeSpeed(h, vcpu, speed);
  }
}
