// `fluxhost/core`: the same API for those who bring the core's bytes or a compiled module themselves.
export * from './index.js';
