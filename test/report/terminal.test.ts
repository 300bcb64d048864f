// At a terminal: tables within its width and nothing lost, colour only for who wants it, distributions as a line. Elsewhere none of it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/cli/compare.js';
import { run } from '../../src/cli/run.js';
import { type Io, lookOf, mayColour } from '../../src/cli/io.js';
import { reproduce } from '../../src/cli/reproduce.js';
import { size } from '../../src/cli/size.js';
import { sweep } from '../../src/cli/sweep.js';
import { sharesWithin } from '../../src/report/distribution-line.js';
import { renderTable } from '../../src/report/table.js';
import type { Result } from '../../src/result/result.js';
import { captureIo, fakeTools } from '../cli/fake.js';

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

async function ran(terminal: { isTty: boolean; columns?: number }): Promise<string> {
  const io = Object.assign(captureIo(), terminal);
  const spoil = ({ vms }: Result): void => {
    for (const { latencyNs } of vms) latencyNs.histogram = { upTo: [10_000, 1_000_000], count: [95, 5] };
  };
  expect(await run(['a.yaml', '--seed', '1'], io, fakeTools({ spoil }))).toBe(0);
  return io.out;
}

describe('a terminal', () => {
  it('is never overrun by a table whose widest cells fit beside their labels, and every cell is shown', () => {
    const cell = fc.stringMatching(/^[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 4, maxLength: 9 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = renderTable(rows, { look: { colour: false, columns: 30 } });
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(30);
        for (const row of rows) for (const one of row) expect(words(text)).toContain(one);
      }),
      { seed: 1 },
    );
  });

  it('has columns that do not fit below, under their labels', () => {
    const rows = [
      ['VM', 'p50', 'p99'],
      ['api', '10 us', '47 us'],
    ];
    expect(renderTable(rows, { look: { colour: false, columns: 13 } })).toBe(
      'VM     p50\napi  10 us\n\nVM     p99\napi  47 us\n',
    );
    expect(renderTable(rows, { look: { colour: false, columns: 17 } })).toBe(renderTable(rows));
  });

  it('narrow or wide shows the figures that a pipe gets, and the distributions besides', async () => {
    const piped = await ran({ isTty: false });
    expect(piped).not.toContain('█');
    const wide = await ran({ isTty: false, columns: 200 });
    const from = wide.indexOf('\nrequests answered within');
    const drawn = wide.slice(from, wide.indexOf('\n\n', from + 1) + 1);
    expect(wide.replace(drawn, '')).toBe(piped);
    // one request in 20 is slow: all but the last column are below full
    expect(drawn).toMatch(/\napi +▇{63}█\n/);
    const narrow = await ran({ isTty: false, columns: 60 });
    const tables = narrow.split('\n').filter((line) => / {2}/.test(line.trim()));
    expect(Math.max(...tables.map((line) => line.length))).toBeLessThanOrEqual(60);
    for (const word of words(piped)) expect(words(narrow)).toContain(word);
  });

  it.each([60, 80, 100])('of %i columns is overrun by no sentence of any command, and none is lost', async (wide) => {
    const commands = [
      (io: Io) => run(['a.yaml', '--replications', '3', '--verbose'], io, fakeTools()),
      (io: Io) => compare(['a.yaml', '--mechanisms', 'ideal,hyperflux,hotplug,static'], io, fakeTools()),
      (io: Io) => size(['a.yaml', '--find', 'host.cores=3..9', '--mechanisms', 'ideal,static'], io, fakeTools()),
      (io: Io) => sweep(['a.yaml', '--vary', 'host.cores=3,9', '--workers', '1'], io, fakeTools()),
      (io: Io) => reproduce(['edgeflow'], io),
    ];
    for (const command of commands) {
      const [pipe, terminal] = [captureIo(), Object.assign(captureIo(), { isTty: true, columns: wide })];
      expect(await command(pipe)).toBe(0);
      expect(await command(terminal)).toBe(0);
      // eslint-disable-next-line no-control-regex -- the escape is what is left out
      const plain = terminal.out.replace(/\u001b\[\d+m/g, '');
      const wider = plain.split('\n').filter((line) => [...line].length > wide && !line.includes('fluxhost '));
      expect(wider).toEqual([]);
      const shown = words(plain);
      for (const word of words(pipe.out)) expect(shown).toContain(word);
    }
  });

  it('colours for people alone', async () => {
    expect(mayColour({}, true)).toBe(true);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) expect(mayColour(env, true)).toBe(false);
    expect(mayColour({}, false)).toBe(false);
    expect(await ran({ isTty: true, columns: 80 })).toContain('\u001b[1m');
    expect(await ran({ isTty: false, columns: 80 })).not.toContain('\u001b');
    expect(lookOf({ ...captureIo(), isTty: true })).toEqual({ colour: true });
  });

  it('draws the shares that the histogram has', () => {
    expect(sharesWithin({ upTo: [10, 20, 40], count: [1, 2, 1] }, [9, 10, 25, 40])).toEqual([0, 0.25, 0.75, 1]);
  });
});
