// A function of the core can be read in one go.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const LINES_MAX = 70;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Functions and methods with a body, and how many lines each takes. AssemblyScript reads as TypeScript. */
function functionsOf(path: string, text: string): { readonly at: string; readonly lines: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { readonly at: string; readonly lines: number }[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = lineOf(node.getStart(source));
      found.push({ at: `${path}:${first + 1}`, lines: lineOf(node.end) - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(join(root, 'assembly'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `assembly/${name}`);

describe('functions of the core', () => {
  const all = files.flatMap((path) => functionsOf(path, readFileSync(join(root, path), 'utf8')));

  it('are counted', () => {
    const sample = `// @ts-ignore: decorator\n@inline\nexport function f(): u32 {\n${'  g();\n'.repeat(69)}}\nclass C {\n  m(): void {}\n}`;
    expect(functionsOf('sample.ts', sample).map(({ lines }) => lines)).toEqual([expect.any(Number), 1]);
    expect(functionsOf('sample.ts', sample)[0]!.lines).toBeGreaterThan(LINES_MAX);
    expect(all.length).toBeGreaterThan(800);
  });

  it(`take no more than ${LINES_MAX} lines`, () => {
    expect(all.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });
});
