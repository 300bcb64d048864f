import type { Plugin } from 'esbuild';

export const wordless: Plugin;
