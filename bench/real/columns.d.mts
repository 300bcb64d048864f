export type Columns = Readonly<Record<string, readonly number[]>>;
export function columnsOf(csv: string): Columns;
export function csvOf(columns: Columns): string;
