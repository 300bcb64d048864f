export interface FrontClaim {
  readonly system: string;
  readonly claim: string;
  readonly ours: string;
  readonly verdict: string;
  readonly command: string;
}
export function withTable(page: string, name: string, text: string): string;
export function claimsOf(page: string): FrontClaim[];
export function frontTable(page: string): string;
