// Published reference figures that lie beside the repository, in ../shared/reference: closed forms and simulated tables.
// Left out: the page-policy part of the same file, which the tests of page replacement read.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface QueueingReference {
  readonly mmk: readonly {
    k: number;
    rho: number;
    erlangC: number;
    Wq: number;
    W: number;
    p50: number;
    p90: number;
    p99: number;
    p999: number;
  }[];
  readonly mdk_exact: readonly { k: number; rho: number; Pwait: number; Wq: number }[];
  readonly erlangB: readonly { k: number; rho: number; B: number }[];
  readonly mg1_pk_Wq: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly mg1_ps_W: Readonly<Record<string, number>>;
}

/** value, half-width of the reference's own 95 % interval */
type Measured = readonly [number, number];

export interface SimulatedRow {
  readonly svc: string;
  readonly rho: number;
  readonly Pwait: Measured;
  readonly Wq: Measured;
}

export function peersReference(): {
  queueing_closed_form: QueueingReference;
  mgk16_simulated_reference: { rows: readonly SimulatedRow[] };
} {
  const path = fileURLToPath(new URL('../../../shared/reference/peers-reference.json', import.meta.url));
  if (!existsSync(path))
    throw new Error(
      'no file ../shared/reference/peers-reference.json beside the repository: the reference tables are needed',
    );
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof peersReference>;
}
