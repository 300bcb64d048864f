// The mechanisms' settings by path: the words of their fields.

import { documenting } from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { MECHANISM_PARAMETERS } from './kinds.js';

const TABLE = parameterTable(MECHANISM_PARAMETERS);
export const { documented } = documenting(TABLE);
