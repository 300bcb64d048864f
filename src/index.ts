// fluxhost: what people import. Nothing is defined here.

export { Simulation } from './simulation.js';
export type { InjectedWorkload, Progress, RunOptions, SimulationOptions } from './simulation.js';
export { compileCore, compileMemoryCore } from './core/load.js';
export { CoreTrap } from './core/trap.js';
export { ClosedError, CoreError, LimitError } from './core/host.js';
export { InputError, type Problem } from './scenario/errors.js';
export { parseScenario, type ParsedScenario, type ParseOptions } from './scenario/parse.js';
export { resolveScenario } from './scenario/resolve.js';
export { withMechanism, MECHANISM_KINDS } from './scenario/mechanisms.js';
export { scenarioJsonSchema, type ScenarioInput } from './scenario/schema.js';
export type { Scenario } from './scenario/types.js';
export { Histogram, type Distribution } from './metrics/histogram.js';
export { toStableJson, type Result, type VmResult } from './metrics/result.js';
export type { BackendResult, GuestMemoryResult, MemoryResult, NoMemory, UpgradeResult } from './metrics/memory.js';
export { missRatioCurve, replayPages } from './pages/api.js';
export type { MissRatioCurveOptions, PageTraceOptions, ReplayPagesOptions } from './pages/api.js';
export type { MissRatioCurve } from './pages/miss-ratio-curve.js';
export type { PageRun, PagesResult } from './pages/result.js';
export { reserve, type ReserveOptions } from './memory/vmem/reserve.js';
export type { ReserveComparison, ReserveDifference, ReserveResult } from './memory/vmem/result.js';
export type { ManagerKind, ReserveInput } from './memory/vmem/schema.js';
export { openTrace, TRACE_FORMATS } from './workload/index.js';
export type { Arrival, ArrivalBatch } from './workload/arrival.js';
export { memoryHost, fromWebStream, type TraceHost } from './workload/text-source.js';
export { PolicyError, type HostView, type Policy } from './policy.js';
export type { EventLog, LoggedEvent, Series, VmSeries } from './core/series.js';
export { VERSION } from './version.js';
