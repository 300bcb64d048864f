export interface Repetition {
  readonly scenario: unknown;
  readonly files: Readonly<Record<string, string>>;
  readonly calibration: unknown;
}
export interface Load {
  readonly name: string;
  readonly repetitions: readonly Repetition[];
}
export interface TableRow {
  readonly load: string;
  readonly vm: string;
  readonly figure: string;
  readonly quantile: string | null;
  readonly errors: readonly number[];
  readonly error: number;
  readonly spread: number;
  readonly keptErrors: readonly number[] | null;
  /** Of each of STEPS, each repetition's; null: on one CPU. */
  readonly stepErrors: readonly (readonly number[])[] | null;
  readonly within: boolean;
}
export interface Rules {
  readonly sliceNs: number;
  readonly keptNs: number;
  readonly tickNs?: number;
  readonly isOne?: boolean;
  readonly isOrdered?: boolean;
}
export const STEPS: readonly (readonly [name: string, rules: Rules])[];
export const AS_THE_MODEL: Rules;
export function steppedBy(
  rules: Rules,
  repetition: Pick<Repetition, 'scenario' | 'files'>,
): ReadonlyMap<string, (figure: 'throttled' | 'wait' | 'latency', quantile: string | null) => number>;
export function rowsOf(loads: readonly Load[]): TableRow[];
export function tableOf(loads: readonly Load[], rows?: readonly TableRow[]): string;
