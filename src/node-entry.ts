// `fluxhost/node`: what needs Node. The other entries have nothing of it, so that browsers take them as they are.

export { buildCore, type BuildOptions, type CompiledCores } from './policy-core.js';
export { nodeHost, type NodeHostOptions } from './workload/node-file.js';
