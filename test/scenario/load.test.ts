// Scenarios from files: those that cannot be read are refused with the file's name, and nothing else happens.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';
import { SAMPLE } from './sample.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fluxhost-load-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileWith(content: string | Uint8Array): Promise<string> {
  const file = join(folder, 'scenario.yaml');
  await writeFile(file, content);
  return file;
}

describe('loadScenario', () => {
  it('reads the file and says from where its own files are found', async () => {
    const loaded = await loadScenario(await fileWith(SAMPLE), { set: ['seed=5'] });
    expect(loaded.scenario.seed).toBe(5);
    expect(loaded.directory).toBe(folder);
  });

  it('reads a file that begins with a byte order mark', async () => {
    const loaded = await loadScenario(await fileWith(`\ufeff${SAMPLE}`));
    expect(loaded.scenario.host.cores).toBe(17);
  });

  it('names file and line of a problem', async () => {
    const file = await fileWith(SAMPLE.replace('cores: 17', 'cores: many'));
    await expect(loadScenario(file)).rejects.toThrow(
      `${file}:4: host.cores: given "many", expected a whole number from 1 to 65536`,
    );
  });

  it.each([
    ['gzip', () => gzipSync(SAMPLE), 'a file that is not text (its bytes are not UTF-8)'],
    ['other bytes', () => new Uint8Array([0x41, 0, 0x42]), 'a binary file'],
    ['Latin-1', () => new Uint8Array([0x61, 0xe9, 0x62]), 'a file that is not text (its bytes are not UTF-8)'],
    ['9 MiB', () => new Uint8Array(9 * 2 ** 20).fill(0x20), 'a file of more than 8 MiB'],
  ])('refuses %s', async (_, content, given) => {
    const file = await fileWith(content());
    await expect(loadScenario(file)).rejects.toThrow(`${file}: given ${given}, expected a scenario`);
  });

  it('refuses what is not there and what is a folder', async () => {
    const missing = join(folder, 'missing.yaml');
    await expect(loadScenario(missing)).rejects.toThrow(
      `${missing}: given a file that is not there, expected a scenario in YAML or JSON`,
    );
    await expect(loadScenario(folder)).rejects.toThrow(
      `${folder}: given a folder, expected a scenario in YAML or JSON`,
    );
    await expect(loadScenario(join(await fileWith(SAMPLE), 'x'))).rejects.toThrow(
      'given a path through something that is not a folder',
    );
  });
});
