// Formats by their names.

import * as formats from './index.js';
import type { TraceFormat } from './format.js';

type Formats = typeof formats;

/** The name of a format of page traces. */
export type TraceFormatName = Formats[keyof Formats]['name'];

/** By their names: a bundler may keep another order than a module's. */
export const FORMATS: readonly TraceFormat[] = Object.values<TraceFormat>(formats).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

export function formatNamed(name: string): TraceFormat | undefined {
  return FORMATS.find((format) => format.name === name);
}
