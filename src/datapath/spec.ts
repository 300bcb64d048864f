// A datapath as it was resolved: cores that every packet of some VMs passes before it is a request of its VM.

import type { Dist } from '../input/distributions.js';

export const DATAPATH_DISCIPLINES = ['fifo', 'cycles', 'packets', 'bytes', 'siloed'] as const;
export type DatapathDiscipline = (typeof DATAPATH_DISCIPLINES)[number];

/** A VM whose packets come through. */
export interface DatapathTenant {
  /** Its name. */
  readonly vm: string;
  /** Its share of what budgets gain. */
  readonly weight: number;
  /** Core time of a packet. */
  readonly cost: Dist;
  /** What the discipline bytes charges. */
  readonly packetBytes: number;
}

export interface Datapath {
  /** Cores of the host that serve packets and nothing else. */
  readonly workers: number;
  /** Whose packets are served. */
  readonly discipline: DatapathDiscipline;
  /** Packets that a worker takes at once. */
  readonly batch: number;
  /** Packets that may wait: of all tenants together; under siloed of each. */
  readonly queue: number;
  /** Between two refills of the budgets. */
  readonly periodNs: number;
  /** cycles: what budgets gain together, of the time that passes. */
  readonly boost: number;
  /** packets, bytes: what budgets gain together in a second. */
  readonly rate?: number | undefined;
  /** The VMs whose packets come through. */
  readonly tenants: readonly DatapathTenant[];
}
