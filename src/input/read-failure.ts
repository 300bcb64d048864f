// Why a file could not be read, in words: the same ones for scenarios, snapshots, cores and policies.

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'a file that is not there',
  EACCES: 'a file that may not be read',
  EPERM: 'a file that may not be read',
  EISDIR: 'a folder',
  ENOTDIR: 'a path through something that is not a folder',
};

/** `error`: what node:fs threw. */
export function readFailure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return WORDS[code] ?? `a file that cannot be read (${code})`;
}
