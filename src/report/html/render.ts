// The report as one call: the page with what draws it.

import * as PARTS from '../../generated/report-page.js';
import type { Reportable } from './document.js';
import type { Context } from './figure.js';
import { pageOf } from './html.js';

/** The page; nothing lies beside it. */
export const renderHtml = (value: Reportable, context: Context): string => pageOf(value, context, PARTS);
