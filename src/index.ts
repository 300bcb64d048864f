// fluxhost: what people import. Nothing is defined here.

export { explain } from './explain/api.js';
export type { Field, Parameter } from './input/parameter.js';
export { evaluateAssertion, type Verdict } from './input/assert.js';
export { withFields } from './scenario/written.js';
export { resultJsonSchema } from './result/result.js';
export { reserveJsonSchema } from './reserve/schema.js';
export { pagesJsonSchema } from './pages/result.js';
export { Simulation } from './simulation.js';
export type {
  InjectedWorkload,
  MetricsOptions,
  Progress,
  RunOptions,
  SimulationInput,
  SimulationOptions,
} from './options.js';
export type { TimelineSink, TimelineSummary, TimelineWindow } from './timeline/index.js';
export type { CoreDoing, CoreLook, HostLook, MoveStep, VmLook } from './result/look.js';
export { compileCore, compileMemoryCore } from './core/load.js';
export { CoreTrap } from './core/trap.js';
export { ClosedError, CoreError, LimitError } from './core/errors.js';
export { InputError, type Problem } from './input/errors.js';
export { parseScenario, type ParsedScenario, type ParseOptions } from './scenario/parse.js';
export { resolveScenario } from './scenario/resolve.js';
export { withMechanism, MECHANISM_KINDS } from './scenario/mechanisms.js';
export { compare, replicate, size, suite, sweep } from './study/api.js';
export type {
  CompareOptions,
  ReplicateOptions,
  SizeOptions,
  StudyOptions,
  SuiteOptions,
  SweepOptions,
} from './study/api.js';
export type { SuiteFigure, SuiteFigures, SuiteResult, SuiteRow, SuiteScore } from './study/suite/suite.js';
export type { Comparison } from './study/compare.js';
export type { Bound } from './study/bound.js';
export type { SizeLatency, SizeResult, SizeRun, SizeTrial } from './study/size.js';
export type { Sizing } from './study/sizing.js';
export type { SweepFigure, SweepResult, SweepRow } from './study/sweep.js';
export type { MechanismChoice } from './study/variant.js';
export type { MechanismInput } from './mechanisms/types.js';
export type { Confidence, Figures, Replication, ResampledTrace, Validity } from './result/result.js';
export type { Difference, FigureDifference } from './result/replications.js';
export type { BucketedDistribution, Buckets, Distribution, Interval } from './metrics/figures.js';
export type { FunctionScenarioInput } from './scenario/function-input.js';
export { scenarioJsonSchema, type ScenarioInput } from './scenario/schema.js';
export type { Scenario } from './scenario/types.js';
export { Histogram } from './metrics/histogram.js';
export { toStableJson } from './result/json.js';
export type { Result, VmResult } from './result/result.js';
export type { BackendResult, GuestMemoryResult, MemoryResult, NoMemory, UpgradeResult } from './swap/result.js';
export { missRatioCurve, missRatioCurves, replayPages } from './pages/api.js';
export type {
  MissRatioCurveOptions,
  MissRatioCurvesOptions,
  PageTraceOptions,
  ReplayPagesOptions,
} from './pages/api.js';
export type { MissRatioCurve } from './pages/result.js';
export type { PageRun, PagesResult } from './pages/result.js';
export { experimentParameters, reproduce, type ReproduceOptions, type Reproduction } from './experiments/api.js';
export type { ExperimentParameter, ExperimentUnit } from './experiments/parameters.js';
export type {
  Claim,
  ExperimentOptions,
  ExperimentResult,
  ExperimentTable,
  Figure,
  FigureValue,
  ClaimVerdict,
  JudgedClaim,
  OwnVerdict,
  FigureValues,
} from './experiments/experiment.js';
export type { ClaimNumbers, OwnNumber, PublishedNumber } from './report/claim-numbers.js';
export { reserve, type ReserveOptions } from './reserve/api.js';
export type { ReserveComparison, ReserveDifference, ReserveResult } from './reserve/result.js';
export type { ManagerKind, ReserveInput } from './reserve/schema.js';
export { fleet, type FleetOptions } from './fleet/api.js';
export { serveWebWorker } from './fleet/serve.js';
export { WebWorkers, type ServeOptions, type WorkerLike, type WorkerScope } from './study/web-workers.js';
export type { Engine, Workers } from './study/engine.js';
export { fleetJsonSchema, type FleetInput } from './fleet/schema.js';
export type { HostsView, PlacementPolicy, VmDemand } from './fleet/pack.js';
export type { FleetResult } from './fleet/result.js';
export { openTrace, TRACE_FORMATS } from './workload/index.js';
export type { Arrival, ArrivalBatch } from './workload/arrival.js';
export { memoryHost, fromWebStream, type TraceHost } from './workload/text-source.js';
export { wasmPolicy, type WasmPolicyOptions } from './abi/api.js';
export { judge, type Judged, type JudgeOptions } from './judge/api.js';
export type { JudgedFault, JudgedStage, JudgeResult } from './judge/judge.js';
export type { JudgedParts, JudgedScenario, JudgedSet } from './judge/score.js';
export type { WaitCause, WorstStrips, WorstWindow } from './judge/worst.js';
export { why, type WhyOptions } from './judge/why-api.js';
export type { WhyAlternative, WhyDecision, WhyResult } from './judge/why.js';
export { checkPolicy, type Conformance, type ConformanceRule } from './judge/conformance.js';
export {
  BY_RULE,
  NOBODY,
  PolicyError,
  type HostView,
  type Policy,
  type PolicyFault,
  type PolicyName,
} from './policy.js';
export type { EventLog, LoggedEvent, Series, VmSeries } from './result/over-time.js';
export type { StripsResult, StripWindow } from './result/strips.js';
export { VERSION } from './version.js';
