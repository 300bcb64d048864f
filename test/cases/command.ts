// The program as a person runs it on the cases that lie beside the repository, within this process.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/program.js';

const CASES = fileURLToPath(new URL('../../../shared/cases/', import.meta.url));

/** The path of a case's file. */
export function caseFile(path: string): string {
  if (!existsSync(CASES + path)) throw new Error(`no file ../shared/cases/${path} beside the repository: it is needed`);
  return CASES + path;
}

export interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function fluxhost(...args: string[]): Promise<Said> {
  let [out, err] = ['', ''];
  const status = await main(args, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
    isTty: false,
  });
  return { status, out, err };
}
