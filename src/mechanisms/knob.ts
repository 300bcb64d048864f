// One setting of a mechanism.

import type { Parameter } from '../input/parameter.js';

export interface Knob extends Omit<Parameter, 'path'> {
  /** The least value; 0 where absent. */
  readonly least?: number;
  /** Left out of the resolved scenario where nobody has written it, so that its hash is what it was before the knob. */
  readonly onlyWritten?: true;
}
