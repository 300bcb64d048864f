// docs/series.md: its command, run as it stands, prints the lines that follow it and writes the files it names.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/series.md'), 'utf8');

describe('docs/series.md', () => {
  it('shows what its command prints, and the columns of the files that it writes', async () => {
    const [, command, shown] = /<!-- run by .* -->\n\n```console\n\$ fluxhost ((?:.*\\\n)*.*)\n([^`]*)```/.exec(page)!;
    const folder = mkdtempSync(join(tmpdir(), 'fluxhost-series-'));
    try {
      const args = command!.split(/[\s\\]+/).map((word) => {
        if (word === 'over-time') return join(folder, word);
        return word.startsWith('examples/') ? join(ROOT, word) : word;
      });
      const io = captureIo();
      expect(await main(args, io)).toBe(0);
      expect(io.err).toBe('');
      expect(io.out.replaceAll(folder + '/', '').endsWith(`\n${shown!}`)).toBe(true);
      const header = (name: string): string => readFileSync(join(folder, 'over-time', name), 'utf8').split('\n')[0]!;
      expect(page).toContain(`\`${header('series.csv')}\``);
      for (const figure of ['Mean', 'P50', 'P90', 'P99', 'P999', 'Max']) {
        expect(page).toContain(`\`${figure}\``);
        for (const of of ['latency', 'queueDelay'])
          expect(header('intervals.csv').split(',')).toContain(`${of}${figure}Ns`);
      }
      expect(header('intervals.csv')).toMatch(/^mechanism,timeNs,group,completedRequests,.*,begunTasks,/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
