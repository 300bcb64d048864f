// Name and version of the package, as results state them. A test holds them against package.json.

/** Of the package. */
export const NAME = 'fluxhost';
/** Of the package, as results state it. */
export const VERSION = '0.1.0';
