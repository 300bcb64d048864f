// Whoever runs a command that `fluxhost reproduce` names gets the figure that it printed: each is parsed as a shell would, run
// through the program, and its field compared with the text. What the experiments hold as data is what the examples say.

import { readFileSync } from 'node:fs';
import { expect, describe, beforeAll, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { numberAt, type Example } from '../../src/experiments/measured.js';
import { CLIFF, QUIET } from '../../src/experiments/taiji/dpu.js';
import type { Reproduction } from '../../src/experiments/api.js';
import type { Claim, Figure } from '../../src/experiments/experiment.js';
import { VM_BOOT, VMEM_SERVER, VMEM_UPGRADE } from '../../src/experiments/vmem/servers.js';
import { parseReserve, resolveReserve } from '../../src/reserve/parse.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { captureIo } from '../cli/fake.js';
import { reproduction } from '../support/reproduction.js';
import { heldNumbers } from './claim-numbers.js';
import { heldPictures } from './held-pictures.js';

/** Words of a command line, single quotes taken off. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const documents = new Map<string, Promise<unknown>>();

function documentOf(command: string): Promise<unknown> {
  const known = documents.get(command);
  if (known !== undefined) return known;
  const fresh = (async () => {
    const [program, ...args] = words(command);
    expect(program).toBe('fluxhost');
    const io = captureIo();
    expect([await main([...args, '--json'], io), io.err]).toEqual([0, '']);
    return JSON.parse(io.out) as unknown;
  })();
  documents.set(command, fresh);
  return fresh;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, '%': 0.01, ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Whether the text is the value, rounded to the digits it shows. */
function says(figure: string, value: number, unitOfBytes: number): boolean {
  const [, number, unit] = /^[+]?(-?[\d,]+(?:\.\d+)?) ?(%|[a-z]*)$/.exec(figure)!;
  const scale = UNITS[unit!]! * unitOfBytes;
  const digits = number!.split('.')[1]?.length ?? 0;
  return Math.abs(Number(number!.replaceAll(',', '')) - value / scale) <= 0.5 * 10 ** -digits + 1e-9;
}

const figuresOf = ({ claims, tables }: Reproduction): Figure[] => [
  ...claims.flatMap((claim) => claim.figures ?? []),
  ...tables.flatMap((table) => table.figures ?? []),
];

describe.each(['taiji', 'vmem'])('reproduce %s', (name) => {
  let result: Reproduction;
  beforeAll(async () => {
    result = await reproduction(name);
    heldPictures(result.tables);
  });

  it('names for every figure a command that gives that very figure', async () => {
    const figures = figuresOf(result);
    expect(figures.length).toBeGreaterThan(60);
    const wrong: unknown[] = [];
    for (const { figure, path, command } of figures) {
      const value = numberAt(await documentOf(command), path);
      // a gain is a ratio less one
      const change = path.endsWith('Ratio') && figure.endsWith('%') ? 1 : 0;
      if (value === null || !says(figure, value - change, path.endsWith('Bytes') ? 2 ** 30 : 1))
        wrong.push({ figure, value, command });
    }
    expect(wrong).toEqual([]);
  });

  it('has in numbers what its claims say in words', () => {
    expect(heldNumbers(result.claims as unknown as Claim[])).toEqual(
      result.claims.map(({ id }) => id).filter((id) => id !== 'failed-operations'),
    );
  });

  it('says each figure of a claim in its text, and has no claim or table without', () => {
    for (const { ours, assumptions, figures = [], command } of result.claims) {
      expect(figures.length).toBeGreaterThan(0);
      expect(figures[0]!.command).toBe(command);
      for (const { figure } of figures) expect([ours, ...assumptions].join(' ')).toContain(figure);
    }
    for (const { rows, figures = [] } of result.tables) {
      const cells = rows.flat();
      expect(figures.length).toBeGreaterThan(0);
      for (const { figure } of figures) expect(cells).toContain(figure);
    }
  });
});

describe('what the experiments run', () => {
  const text = ({ file }: Example<unknown>): string => readFileSync(file, 'utf8');

  it.each([CLIFF, QUIET])('is $file', (example) => {
    expect(parseScenario(text(example)).scenario).toEqual(resolveScenario(example.input));
  });

  it.each([VM_BOOT, VMEM_SERVER, VMEM_UPGRADE])('is $file', (example) => {
    expect(parseReserve(text(example)).sha256).toBe(resolveReserve(example.input).sha256);
  });
});
