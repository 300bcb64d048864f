export const POLICY_IMPORTS: string;
export function policyImports(sources: Iterable<readonly [path: string, code: string]>): string;
export function policySources(): Map<string, string>;
export function writePolicyImports(): void;
