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
  readonly within: boolean;
}
export function rowsOf(loads: readonly Load[]): TableRow[];
export function tableOf(loads: readonly Load[]): string;
