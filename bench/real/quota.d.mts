export interface Quota {
  readonly quotaNs: number;
  readonly periodNs: number;
  readonly switchNs?: number;
  readonly keptNs?: number;
}
export function underQuota(
  tasks: readonly (readonly [number, number])[],
  quota: Quota,
): { readonly throttledNs: number; readonly waitsNs: readonly number[] };
export function tasksOf(csv: string): [number, number][];
