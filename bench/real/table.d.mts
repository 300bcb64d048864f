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
  /** Of each repetition. */
  readonly recordedNs: readonly number[];
  readonly errors: readonly number[];
  readonly error: number;
  readonly spread: number;
  /** Column by column (ON_ONE, or ON_SEVERAL), of each repetition: an error, or from which to which; null: the column is not for this figure. */
  readonly stepErrors: readonly (readonly (number | readonly [number, number])[] | null)[] | null;
  readonly within: boolean;
}
export interface Rules {
  readonly sliceNs: number;
  readonly keptNs: number;
  readonly tickNs?: number;
  readonly isOne?: boolean;
  readonly isOrdered?: boolean;
  readonly tickAtNs?: number;
}
export const SLICES: Rules;
export const WEIGHT: { readonly keptNs: number; readonly quotaSliceNs: number };
export const ON_SEVERAL: readonly string[];
export const AS_THE_MODEL: Rules;
/** What one CPU has and the model has not: heads of columns. */
export const ON_ONE: readonly string[];
export type Figures = ReadonlyMap<
  string,
  (figure: 'throttled' | 'wait' | 'latency', quantile: string | null) => number
>;
export function steppedBy(rules: Rules, repetition: Pick<Repetition, 'scenario' | 'files'>): Figures;
export function sharedBy(
  rules: { readonly keptNs?: number; readonly isOrdered?: boolean; readonly quotaSliceNs?: number },
  repetition: Pick<Repetition, 'scenario' | 'files'>,
): Figures;
export function isWithin(figure: string, error: number, spread: number): boolean;
export function rowsOf(loads: readonly Load[]): TableRow[];
export function tableOf(loads: readonly Load[], rows?: readonly TableRow[]): string;
