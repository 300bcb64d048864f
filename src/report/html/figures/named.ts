// A result under the name that it has in the report: two runs may be of one kind of mechanism.

import type { Result } from '../../../result/result.js';

export interface Named {
  readonly label: string;
  readonly result: Result;
}
