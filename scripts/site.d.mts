/** See site.mjs. */
export function slugOf(text: string): string;
export function site(target: string, options?: { readonly api?: string }): Promise<string>;
