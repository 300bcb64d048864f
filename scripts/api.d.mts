export function nameEntries(folder: string): void;
export function apiReference(folder: string): Promise<void>;
