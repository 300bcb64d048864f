import { mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheFolder, compiledCores } from '../../src/cli/compiled-cores.js';
import { buildSandboxed } from '../../src/policy-core.js';

const made = mkdtempSync(join(tmpdir(), 'fluxhost-cores-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** The smallest module there is. */
const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const policy = (cores: number): string => `export function coresWanted(): u32 { return ${cores}; }`;
const files = (folder: string): string[] => readdirSync(folder).sort();

describe('a policy that was compiled before', () => {
  const source = policy(1).replace('()', '(vm: Vm)').replace('export', 'import { Vm } from "./view";\nexport');

  it('is not compiled again, and one that differs is', async () => {
    const folder = join(made, 'again');
    const kept = compiledCores(folder);
    const first = await buildSandboxed(source, { kept });
    const [name] = files(folder);
    expect(new Uint8Array(readFileSync(join(folder, name!)))).toEqual(first);
    // what stands there is what is given: nothing was compiled
    writeFileSync(join(folder, name!), EMPTY);
    expect(await buildSandboxed(source, { kept, file: 'other-name.ts' })).toEqual(EMPTY);
    // without it, and of another text, the compiler is asked
    expect(await buildSandboxed(source)).toEqual(first);
    const second = await buildSandboxed(source.replace('1;', '2;'), { kept });
    expect(second).not.toEqual(first);
    expect(files(folder)).toHaveLength(2);
  });

  it('is compiled anew where its file is damaged, and where nothing can be kept', async () => {
    const folder = join(made, 'damaged');
    const kept = compiledCores(folder);
    const whole = await buildSandboxed(source, { kept });
    const path = join(folder, files(folder)[0]!);
    writeFileSync(path, whole.subarray(0, whole.length - 3));
    expect(await buildSandboxed(source, { kept })).toEqual(whole);
    expect(new Uint8Array(readFileSync(path))).toEqual(whole);
    expect(await buildSandboxed(source, { kept: compiledCores(join(path, 'below-a-file')) })).toEqual(whole);
  });

  it('is not kept where it does not compile', async () => {
    const folder = join(made, 'refused');
    await expect(buildSandboxed(source.replace('1;', 'x;'), { kept: compiledCores(folder) })).rejects.toThrow("'x'");
    expect(() => files(folder)).toThrow('ENOENT');
  });
});

it('keeps those that were used last', async () => {
  const folder = join(made, 'many');
  const kept = compiledCores(folder);
  for (let i = 0; i < 64; i++) {
    await kept.put(`core${i}`, EMPTY);
    utimesSync(join(folder, `core${i}.wasm`), 1000 + i, 1000 + i);
  }
  expect(await kept.get('core0')).toEqual(EMPTY); // which makes it the newest
  await kept.put('new', EMPTY);
  expect(files(folder)).toHaveLength(64);
  expect(files(folder)).toContain('core0.wasm');
  expect(files(folder)).not.toContain('core1.wasm');
});

it('keeps them where the user says, else where the system keeps such things, or nowhere', () => {
  const home = { HOME: '/me' };
  expect(cacheFolder({ ...home, FLUXHOST_CACHE: '/there', XDG_CACHE_HOME: '/caches' })).toBe('/there');
  expect(cacheFolder({ ...home, XDG_CACHE_HOME: '/caches' })).toBe(join('/caches', 'fluxhost'));
  expect(cacheFolder(home)).toMatch(/\.cache.fluxhost$/);
  expect(cacheFolder({ ...home, FLUXHOST_CACHE: '', XDG_CACHE_HOME: '/caches' })).toBeUndefined();
});
