/** Groups of the build that tests, checks and measurements need: everything but the API reference, which takes longer than the rest. */
export const USUAL = ['cores', 'bytes', 'bundle', 'web', 'types'];
