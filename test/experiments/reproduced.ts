// What `fluxhost reproduce NAME --json` prints with some parameters set, and what it refuses.

import { expect } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { ExperimentTable } from '../../src/experiments/experiment.js';
import { captureIo } from '../cli/fake.js';
import { heldPictures } from './held-pictures.js';

const args = (name: string, set: readonly string[]): string[] => [
  'reproduce',
  name,
  '--json',
  ...set.flatMap((text) => ['--set', text]),
];

export async function printed<T>(name: string, ...set: string[]): Promise<T> {
  const io = captureIo();
  expect([await main(args(name, set), io), io.err]).toEqual([0, '']);
  const document = JSON.parse(io.out) as T & { readonly tables: readonly ExperimentTable[] };
  heldPictures(document.tables);
  return document;
}

/** The complaint; nothing is printed beside it. */
export async function refused(name: string, ...set: string[]): Promise<string> {
  const io = captureIo();
  expect(await main(args(name, set), io)).toBe(2);
  expect(io.out).toBe('');
  return io.err;
}
