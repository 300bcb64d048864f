// AssemblyScript's compiler without its declarations: those give Array a second type (`at(-1)` is never undefined there) in every
// file of a program that reads them, so that what the check of the whole took, the build of the types refused.

interface Outcome {
  readonly error: Error | null;
  readonly stdout: { toString(): string };
  readonly stderr: { toString(): string };
}

/** What the tests use of `assemblyscript/asc`. */
interface Compiler {
  readonly main: (args: string[], options?: Readonly<Record<string, unknown>>) => Promise<Outcome>;
}

/** What they use of `assemblyscript/binaryen`. */
interface Binaryen {
  readBinary(bytes: Uint8Array): { emitText(): string; dispose(): void };
  parseText(text: string): { emitBinary(): Uint8Array; dispose(): void };
}

const names = { compiler: 'assemblyscript/asc', binaryen: 'assemblyscript/binaryen' };
export const { main } = (await import(names.compiler)) as Compiler;
export const { default: binaryen } = (await import(names.binaryen)) as { default: Binaryen };
