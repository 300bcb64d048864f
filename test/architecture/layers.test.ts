// The house has one direction: no file imports one above it, and no circle stands anywhere. Held over every import and
// re-export in assembly/ and src/, types and dynamic imports included.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CORE_LAYERS, EXCEPTIONS, MEMORY_CORE_LAYERS, SRC_LAYERS } from '../../scripts/layers.mjs';

type Layers = readonly { readonly rooms: readonly string[]; readonly about: string }[];

const root = fileURLToPath(new URL('../..', import.meta.url));
const IMPORT =
  /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

const FILES = [...sources('assembly'), ...sources('src')];
const known = new Set(FILES);

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const to = (match[1] ?? match[2] ?? match[3])!;
    if (!to.startsWith('.') || /\.(yaml|css)$/.test(to)) return []; // texts that the bundler takes in
    const path = normalize(join(dirname(file), to));
    const found = [path.replace(/\.js$/, '.ts'), `${path}.ts`, `${path}/index.ts`].find((one) => known.has(one));
    expect(found, `${file} imports ${to}, which is no file`).toBeDefined();
    return found === file ? [] : [found!];
  });
}

const graph = new Map(FILES.map((file) => [file, importsOf(file)] as const));

/** The strongly connected components of more than one file (Tarjan). */
function circles(): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const to of graph.get(file)!) {
      if (!index.has(to)) {
        visit(to);
        low.set(file, Math.min(low.get(file)!, low.get(to)!));
      } else if (stack.includes(to)) low.set(file, Math.min(low.get(file)!, index.get(to)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1) found.push(component.sort());
  };
  for (const file of FILES) if (!index.has(file)) visit(file);
  return found;
}

/** Layer and room of a file; the longest pattern that fits decides. */
function placeOf(file: string, layers: Layers): { layer: number; room: string } | undefined {
  let best: { layer: number; room: string } | undefined;
  layers.forEach(({ rooms }, layer) => {
    for (const room of rooms) {
      if (file !== room && !file.startsWith(`${room}/`)) continue;
      if (best === undefined || room.length > best.room.length) best = { layer, room };
    }
  });
  return best;
}

function upward(layers: Layers): string[] {
  const found: string[] = [];
  for (const [file, imports] of graph) {
    const from = placeOf(file, layers);
    if (from === undefined) continue;
    for (const to of imports) {
      const target = placeOf(to, layers);
      if (target === undefined || target.room === from.room || target.layer < from.layer) continue;
      found.push(`${file} imports ${to}`);
    }
  }
  return found.sort();
}

describe('one direction', () => {
  it('has no circle of imports', () => {
    expect(circles()).toEqual([]);
  });

  it('gives every file a layer', () => {
    const all: readonly Layers[] = [CORE_LAYERS, MEMORY_CORE_LAYERS, SRC_LAYERS];
    expect(FILES.filter((file) => all.every((layers) => placeOf(file, layers) === undefined))).toEqual([]);
  });

  it('has no layer without a file', () => {
    const rooms = [...CORE_LAYERS, ...MEMORY_CORE_LAYERS, ...SRC_LAYERS].flatMap((layer) => layer.rooms);
    const empty = rooms.filter((room) => !FILES.some((file) => file === room || file.startsWith(`${room}/`)));
    expect(empty).toEqual([]);
  });

  it.each([
    ['the core', CORE_LAYERS],
    ["the memory's core", MEMORY_CORE_LAYERS],
    ['TypeScript', SRC_LAYERS],
  ] as const)('imports downward only in %s, but for what is named with its reason', (_, layers) => {
    const excepted = (EXCEPTIONS as readonly { from: string; to: string }[]).map(
      ({ from, to }) => `${from} imports ${to}`,
    );
    expect(upward(layers).filter((line) => !excepted.includes(line))).toEqual([]);
  });
});
