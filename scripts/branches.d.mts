import type binaryen from 'assemblyscript/binaryen';

/** Rewrites every function of a Binaryen module in place, and answers how many conditions there were. */
export function branches(compiler: typeof binaryen, module: binaryen.Module): number;
