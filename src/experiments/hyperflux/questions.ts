// The names of the HyperFlux experiment's parts, each of which can be run alone: known without loading any of them.

export const QUESTION_NAMES = ['claims', 'migrate', 'arbiter', 'lock', 'signal', 'task-size', 'hotplug'] as const;

export type QuestionName = (typeof QUESTION_NAMES)[number];

/** What reruns one part. */
export const command = (name: QuestionName): string => `fluxhost reproduce hyperflux/${name}`;
