// What `fluxhost serve` hands out of a folder: what was not there at first is there as soon as it is made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addressOf, listen } from '../../src/cli/serve.js';

it('hands out a file that was made after it had been asked for in vain', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-serve-'));
  const server = await listen('127.0.0.1', 0, folder);
  try {
    const ask = async (): Promise<[number, string]> => {
      const answer = await fetch(`${addressOf(server)}docs/guide.html`);
      return [answer.status, await answer.text()];
    };
    expect((await ask())[0]).toBe(404);
    expect((await ask())[0]).toBe(404);
    mkdirSync(join(folder, 'docs'));
    writeFileSync(join(folder, 'docs', 'guide.html'), '<p>here</p>');
    expect(await ask()).toEqual([200, '<p>here</p>']);
    // and is kept from then on
    rmSync(join(folder, 'docs'), { recursive: true });
    expect(await ask()).toEqual([200, '<p>here</p>']);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
});
