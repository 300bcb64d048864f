export const LOADS: readonly { readonly name: string; readonly quotaUs: number; readonly periodUs: number }[];
