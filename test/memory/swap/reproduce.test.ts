// `fluxhost reproduce taiji`: every claim comes with its assumptions and a verdict, and the tables show what the identities
// say: where the cliff is, which backends keep 90 % of swap-ins within 10 us, and which units and cores break it.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { reproduce } from '../../../src/cli/reproduce.js';
import { parseScenario } from '../../../src/scenario/parse.js';
import { run } from './support.js';
import { tooLong } from '../../support/lines.js';

interface Document {
  experiment: string;
  claims: { claim: string; ours: string; supported: string; assumptions: string[]; command: string }[];
  tables: { title: string; head: string[]; rows: string[][] }[];
}

async function printed(...args: string[]): Promise<string> {
  let text = '';
  const status = await reproduce(args, {
    stdout: (part) => void (text += part),
    stderr: () => undefined,
    isTty: false,
  });
  expect(status).toBe(0);
  return text;
}

let document: Document;
const table = (start: string) => document.tables.find(({ title }) => title.startsWith(start))!.rows;
const percent = (cell: string | undefined): number => Number.parseFloat(cell ?? '');

beforeAll(async () => {
  document = JSON.parse(await printed('taiji', '--json')) as Document;
});

describe('the claims of Taiji', () => {
  it('are all there, each with what was assumed and a command that prints the figures', () => {
    expect(document.claims.map(({ supported }) => supported)).toEqual(['partly', 'no', 'partly']);
    for (const { assumptions, command } of document.claims) {
      expect(assumptions.length).toBeGreaterThanOrEqual(3);
      expect(command).toMatch(/^fluxhost run examples\/taiji-\w+\.yaml/);
    }
  });

  it('need the share out that arithmetic says', () => {
    for (const [, identity, exact, simulated] of table('Share of the virtual memory')) {
      expect(percent(simulated)).toBeGreaterThan(percent(identity));
      expect(Math.abs(percent(simulated) - percent(exact))).toBeLessThan(1.5); // the watermarks are 1 % of the memory apart
    }
  });

  it('end at the cliff', () => {
    const faults = table('The cliff').map(([cold, share]) => [percent(cold), percent(share)] as const);
    for (const [cold, share] of faults) {
      if (cold >= 60) expect(share).toBeLessThan(1.1); // the touches to cold pages
      if (cold <= 50) expect(share).toBeGreaterThan(10);
    }
  });

  it('hold with compressors on x86, break on A72 cores and with an SSD', () => {
    const within = new Map(table('Swap-in by what').map((row) => [row[0], percent(row[5])]));
    expect(within.get('zero pages')).toBe(100);
    expect(within.get('lz4, x86')).toBeGreaterThan(99);
    expect(within.get('lz4, Cortex-A72')).toBeLessThan(90);
    expect(within.get('NVMe')).toBe(0);
  });

  it('rest on thousands of swap-ins a row, and agree where two tables measure the same', () => {
    const backends = table('Swap-in by what');
    const units = table('Swap-in by the unit');
    for (const [, count] of [...backends, ...units]) expect(Number(count!.replaceAll(',', ''))).toBeGreaterThan(4000);
    const [, count, p50, p90] = backends.find(([name]) => name === 'lz4, x86')!;
    const [, sameCount, , sameP50, sameP90] = units[0]!;
    expect([sameCount, sameP50, sameP90]).toEqual([count, p50, p90]);
  });

  it('are out of reach for units of 2 MiB', () => {
    const rows = table('Swap-in by the unit');
    expect(rows.slice(-2).map(([unit, , , p50]) => `${unit}: ${p50}`)).toEqual([
      '2048 KiB, x86: 875 us',
      '2048 KiB, A72: 4.83 ms',
    ]);
  });

  it('print as text with every verdict', async () => {
    const text = await printed('taiji', '--verbose');
    expect(text).toContain('NOT supported');
    for (const { claim } of document.claims) expect(text).toContain(claim);
    expect(tooLong(text)).toEqual([]);
    // the summary stands first
    const summary = text.slice(0, text.indexOf('1. memory expansion of a DPU with 32 GB\n   claim'));
    expect(summary).toMatch(/^Taiji: .*\n\nclaim +paper +ours +verdict\n1\. memory expansion/);
    expect(summary).toContain('not testable here: it needs what is not modelled\n');
    expect(summary).not.toContain('assumed  ');
    // a command over several lines is one for a shell
    expect(text.replace(/ \\\n +/g, ' ')).toContain(
      "fluxhost run examples/taiji-quiet.yaml --set 'host.memory.backends.lz4.in={ dist: lognormal, mean: 9.42us, cv: 0.2425 }' --set",
    );
  });
});

describe('the command', () => {
  it('refuses an experiment that is not there', async () => {
    await expect(printed('taij')).rejects.toThrow('taiji');
  });
});

describe('the examples', () => {
  it.each(['taiji-dpu', 'taiji-cliff', 'taiji-quiet', 'upgrade-under-load'])(
    '%s.yaml runs and keeps every law',
    async (name) => {
      const text = readFileSync(new URL(`../../../examples/${name}.yaml`, import.meta.url), 'utf8');
      const { scenario } = parseScenario(text, {
        set: [`duration=${name === 'taiji-quiet' ? '2s' : '120ms'}`, 'warmup=10ms'],
      });
      const { memory } = await run(scenario);
      expect(memory.expansion).toBeCloseTo(1.5, 6);
      expect(memory.swapIns).toBeGreaterThan(100);
    },
  );
});
