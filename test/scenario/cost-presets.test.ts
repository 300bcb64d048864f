// Measured costs by name: what `explain` says of them, and that the page of the measurement has the same figures.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { COST_PRESETS } from '../../src/mechanisms/cost-presets.js';
import { captureIo } from '../cli/fake.js';

it.each(COST_PRESETS)('$name: explain and docs/real.md tell its values and the command', async ({ name, values }) => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/real.md', import.meta.url)), 'utf8');
  const io = captureIo();
  expect(await main(['explain', name], io), io.err).toBe(0);
  const told = io.out.replaceAll(/\s+/g, ' ');
  expect(told).toContain('npm run real -- --costs');
  expect(told).toContain(`costs: ${name}`);
  for (const [cost, [ns, what]] of Object.entries(values)) {
    expect(told).toMatch(new RegExp(`costs\\.${cost} \\(${ns % 1000 === 0 ? `${ns / 1000}us` : `${ns}ns`}\\): `));
    expect(told).toContain(what);
    const [, runs] = new RegExp(`\\| +([\\d., ]+) us \\|[^|]*\\| \`costs\\.${cost}\``).exec(page)!;
    expect(Math.min(...runs!.split(', ').map(Number)), cost).toBe(ns / 1000);
  }
});
