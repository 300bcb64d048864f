export interface Step {
  readonly ns: number;
  readonly least: number;
  readonly median: number;
  readonly p90: number;
  readonly count: number;
}
export type Part =
  { readonly why: string } | { readonly ratio?: number; readonly [step: string]: Step | number | undefined };
export function renderCosts(parts: Readonly<Record<string, Part>>): string;
