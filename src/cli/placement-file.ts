// `--placement FILE`: a placement rule of one's own, as a JavaScript or TypeScript module whose default export is the rule. Types are taken out
// by Node where it can, and by the TypeScript that the file would be checked with where it cannot.

import { readFile } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PlacementPolicy } from '../fleet/pack.js';
import { InputError, show } from '../input/errors.js';
import { readFailure } from '../input/read-failure.js';

export const PLACEMENT = {
  placement: {
    value: 'FILE',
    help: "a rule of your own in place of the fleet's: a module in JavaScript or TypeScript (examples/placement.ts)",
  },
} as const;

const EXPECTED = 'a module whose default export is the rule, (vm, hosts) => the number of a host or -1';

interface TypeScript {
  transpileModule(
    text: string,
    options: { readonly compilerOptions: Readonly<Record<string, unknown>> },
  ): { readonly outputText: string };
}

/** @throws InputError where nobody here can read TypeScript */
function withoutTypes(file: string, text: string): string {
  const { stripTypeScriptTypes } = nodeModule as unknown as { stripTypeScriptTypes?: (text: string) => string };
  if (stripTypeScriptTypes !== undefined) return stripTypeScriptTypes(text);
  try {
    const typescript = nodeModule.createRequire(file)('typescript') as TypeScript;
    const compilerOptions = { target: 'ES2022', module: 'ESNext' };
    return typescript.transpileModule(text, { compilerOptions }).outputText;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new InputError({
      path: '--placement',
      given: `${show(file)}, TypeScript, on Node ${process.versions.node} without the package typescript`,
      expected: 'JavaScript (.mjs), or Node 22.18 or later, or npm install typescript beside the file',
    });
  }
}

let loaded = 0;

/** Anew each time: what a module remembers is of one packing. */
async function moduleOf(file: string, text: string): Promise<{ readonly default?: unknown }> {
  const url = pathToFileURL(file);
  url.search = String(loaded++);
  try {
    return (await import(/* @vite-ignore */ url.href)) as { default?: unknown };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    const code = Buffer.from(withoutTypes(file, text)).toString('base64');
    return (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}#${url.search}`)) as {
      default?: unknown;
    };
  }
}

/**
 * The rule of a file; undefined where none is given.
 *
 * @throws InputError for a file that cannot be read, or is no such module
 */
export async function loadPlacement(given: string | undefined): Promise<PlacementPolicy | undefined> {
  if (given === undefined) return undefined;
  const file = resolve(given);
  const refuse = (why: string): InputError =>
    new InputError({ path: '--placement', given: `${show(given)}, ${why}`, expected: EXPECTED });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw refuse(readFailure(error));
  });
  let rule: unknown;
  try {
    rule = (await moduleOf(file, text)).default;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refuse(`which cannot be loaded (${error instanceof Error ? error.message.split('\n')[0]! : String(error)})`);
  }
  if (typeof rule !== 'function') throw refuse('whose default export is no function');
  return (vm, hosts) => {
    try {
      return (rule as PlacementPolicy)(vm, hosts);
    } catch (error) {
      throw new Error(
        `${given}: the rule failed at VM ${vm.index}: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
        },
      );
    }
  };
}
