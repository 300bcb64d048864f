export interface CpuMount {
  readonly place: string;
  readonly version: 1 | 2;
}
export function cpuMount(mounts?: string): CpuMount | undefined;
export function allowQuotas(mount: CpuMount): void;
export function limit(mount: CpuMount, group: string, quotaUs: number | undefined, periodUs: number): void;
