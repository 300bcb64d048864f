// Name and version of the package, as results state them. A test holds them against package.json.

export const NAME = 'fluxhost';
export const VERSION = '0.1.0';
