// The servers of the Vmem experiments, as they stand in examples/: the experiment sets fields of them as `--set` would.

import type { ReserveInput } from '../../reserve/schema.js';
import type { Example } from '../measured.js';

/** One VM alone on its server; with one pool of 2 MiB pages it is the machine of Linux commit 3dfd02c9, whose effect is published. */
export const VM_BOOT: Example<ReserveInput> = {
  file: 'examples/vm-boot.yaml',
  input: {
    version: 1,
    manager: 'vmem',
    server: { memory: '384GiB', nodes: 2 },
    hugetlb: { largeShare: 0 },
    boot: { sizes: ['4GiB', '16GiB', '64GiB', '256GiB', '373GB'] },
  },
};

/** Three months of assumed VMs. */
export const VMEM_SERVER: Example<ReserveInput> = {
  file: 'examples/vmem-server.yaml',
  input: {
    version: 1,
    seed: 1,
    duration: '2160h',
    manager: 'vmem',
    server: { memory: '384GiB', nodes: 2, kernel: '8GiB' },
    vms: {
      meanGap: '15m',
      sizes: [
        { weight: 30, memory: '2GiB' },
        { weight: 30, memory: '4GiB' },
        { weight: 5, memory: '4608MiB' },
        { weight: 20, memory: '8GiB' },
        { weight: 10, memory: '16GiB' },
        { weight: 4, memory: '32GiB' },
        { weight: 1, memory: '64GiB' },
      ],
      lifetimes: [
        { weight: 70, mean: '2h' },
        { weight: 25, mean: '24h' },
        { weight: 5, mean: '240h' },
      ],
      resizeShare: 0.05,
    },
    poison: { meanGap: '240h' },
    upgrade: { every: '168h', failureShare: 0.2 },
    boot: { sizes: ['4GiB', '64GiB'] },
  },
};

/** Small VMs, so that a thousand a second can be zeroed. */
export const VMEM_UPGRADE: Example<ReserveInput> = {
  file: 'examples/vmem-upgrade.yaml',
  input: {
    version: 1,
    seed: 1,
    duration: '20s',
    manager: 'vmem',
    server: { memory: '384GiB', nodes: 2 },
    vms: {
      meanGap: '1ms',
      sizes: [
        { weight: 3, memory: '4MiB' },
        { weight: 2, memory: '16MiB' },
        { weight: 1, memory: '64MiB' },
      ],
      lifetimes: [{ weight: 1, mean: '1s' }],
      resizeShare: 0.1,
    },
    poison: { meanGap: '200ms' },
    upgrade: { every: '500ms', mode: 'hot', failureShare: 0.25 },
    boot: { fixed: '5ms' },
  },
};
