// An experiment with the parameters that it has by default, as `fluxhost reproduce NAME` answers.

import { reproduce, type Reproduction } from '../../src/experiments/api.js';
import { once } from './once.js';

export const reproduction = (name: string): Promise<Reproduction> =>
  once(['reproduce', name], async () => {
    for await (const found of reproduce(name)) return found;
    throw new Error(`${name} answers nothing`);
  });
