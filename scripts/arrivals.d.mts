import type * as fluxhost from '../src/index.js';

export interface Arrivals {
  readonly name: string;
  readonly instants: readonly number[];
}
export function arrivals(api: Pick<typeof fluxhost, 'Simulation' | 'resolveScenario'>): Promise<Arrivals[]>;
export function arrivalsPicture(rows: readonly Arrivals[]): string;
