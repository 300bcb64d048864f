export interface Group {
  readonly tasks: readonly {
    readonly atNs: number;
    readonly serviceNs: number;
    readonly cpu?: number;
    readonly order?: number;
  }[];
  readonly quotaNs?: number;
  readonly weight?: number;
}
export interface ShareRules {
  readonly periodNs: number;
  readonly sliceNs: number;
  readonly tickNs: number;
  readonly keptNs?: number;
  readonly switchNs?: number;
  readonly isOrdered?: boolean;
  readonly cpus?: number;
  readonly quotaSliceNs?: number;
}
export function byShares(
  groups: readonly Group[],
  rules: ShareRules,
): readonly {
  readonly throttledNs: number;
  readonly waitsNs: readonly number[];
  readonly latenciesNs: readonly number[];
}[];
